/** More kinds on which parameters may be chosen: their usual ranges were looked at when it was decided what time confirms. */
import { gaussian } from '../../../shared/runtime/random.ts';
import {
  clamped,
  dayMinutes,
  following,
  lasting,
  type MachineKind,
  oneOf,
  season,
  wandering,
} from './machine.ts';

/** It follows weather that wanders for days, its power bends with the load, and it has two stages. */
const chiller: MachineKind = {
  name: 'chiller',
  make(random) {
    const weather = wandering(random, 4_000);
    const load = following(8, 0.5);
    let stage = 0;
    return {
      deviations: [1, 2, 0.6, 0.2, 0.1],
      row(minute, step) {
        const outside = 18 + 7 * season(minute, dayMinutes, 900) + 2.2 * weather(step);
        const q = load(clamped((outside - 8) / 24, 0.05, 1), step);
        if (q > 0.55) stage = 1;
        if (q < 0.4) stage = 0;
        const condenser = outside + 8 + 6 * q;
        const power = (20 + 60 * q + 25 * q * q) * (1 + 0.01 * (condenser - 30)) + 6 * stage;
        return Float64Array.of(
          outside + 0.15 * gaussian(random),
          power * (1 + 0.01 * gaussian(random)),
          condenser + 0.2 * gaussian(random),
          6 + 0.8 * q + 0.1 * gaussian(random),
          (0.9 + 0.5 * stage + 0.4 * q) * (1 + 0.06 * gaussian(random)),
        );
      },
    };
  },
};

/** Two speeds by an order that lasts for hours, and a third for 3 % of the time; sensors follow a change slowly. */
const pump: MachineKind = {
  name: 'pump, a rare speed',
  make(random) {
    const drawn = () => (random.next() < 0.03 ? 0.45 : oneOf(random, [0.75, 1]));
    const order = lasting(random, drawn, [90, 400]);
    const [warm, oil] = [following(50, 40), following(90, 35)];
    return {
      deviations: [0.1, 0.6, 0.6, 0.4, 4],
      row(_minute, step) {
        const n = order(step);
        const heat = warm(25 + 35 * n * n, step);
        return Float64Array.of(
          0.6 + 1.6 * n * n * (1 + 0.06 * gaussian(random)),
          heat + 0.4 * gaussian(random),
          oil(20 + 0.6 * heat, step) + 0.3 * gaussian(random),
          30 * n ** 3 * (1 + 0.02 * gaussian(random)) + 3,
          2_950 * n + 4 * gaussian(random),
        );
      },
    };
  },
};

/** Fourteen sensors in products of one to four days, the fourth of which comes on day 20; three of them are switches, two stand till then. */
const extruder: MachineKind = {
  name: 'extruder',
  make(random) {
    const products = Array.from({ length: 4 }, () => [2 * gaussian(random), 2 * gaussian(random)] as const);
    const gains = Array.from({ length: 9 }, () => [gaussian(random), gaussian(random), gaussian(random)]);
    const own = gains.map(() => wandering(random, 3 + 20 * random.next()));
    const switches = Array.from({ length: 3 }, () => 0);
    const cause = wandering(random, 45);
    let minuteNow = 0;
    const product = lasting(random, () => Math.floor((minuteNow < 20 * dayMinutes ? 3 : 4) * random.next()), [
      dayMinutes,
      4 * dayMinutes,
    ]);
    const [first, second] = [following(60, 0), following(60, 0)];
    return {
      deviations: [...gains.map(() => 0.4), 1, 1, 1, 0.2, 0.2],
      row(minute, step) {
        minuteNow = minute;
        const which = product(step);
        const [x, y, c] = [first(products[which]![0], step), second(products[which]![1], step), cause(step)];
        const analog = gains.map(
          ([f, g, h], i) => 60 * (i + 1) + f! * x + g! * y + 0.6 * h! * c + 0.35 * own[i]!(step),
        );
        for (let i = 0; i < switches.length; i++)
          if (random.next() < (switches[i] ? 0.05 : 0.01 + 0.01 * i) * Math.min(1, step))
            switches[i] = 1 - switches[i]!;
        const valves = which === 3 ? [40 + 0.2 * gaussian(random), 12 + 0.2 * gaussian(random)] : [0, 0];
        return Float64Array.from([...analog, ...switches, ...valves]);
      },
    };
  },
};

export const kindsLookedAt: readonly MachineKind[] = [chiller, pump, extruder];
