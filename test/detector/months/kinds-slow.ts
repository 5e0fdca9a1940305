/** Kinds of machines whose normal drifts in days to months; figures are reported on them, and no parameter is chosen. */
import { gaussian } from '../../../shared/runtime/random.ts';
import {
  clamped,
  dayMinutes,
  following,
  isWeekend,
  lasting,
  type MachineKind,
  oneOf,
  season,
  wandering,
} from './machine.ts';

/** It runs by the weather, which wanders for days and has a season of 60 days; what it draws bends with the cold. */
const heatPump: MachineKind = {
  name: 'heat pump',
  make(random) {
    const weather = wandering(random, 4 * dayMinutes);
    const [flow, load] = [following(20, 40), following(15, 0.5)];
    return {
      deviations: [1, 0.5, 0.15, 0.5, 0.08],
      row(minute, step) {
        const outside =
          4 + 4 * season(minute, dayMinutes, 840) + 4 * season(minute, 60 * dayMinutes) + 2.5 * weather(step);
        const q = load(clamped((18 - outside) / 26, 0.1, 1), step);
        const warm = flow(30 + 22 * q, step);
        const efficiency = 5.2 - 0.09 * (warm - outside) + 0.0006 * (warm - outside) ** 2;
        return Float64Array.of(
          outside + 0.15 * gaussian(random),
          warm + 0.3 * gaussian(random),
          (12 * q) / efficiency + 0.06 * gaussian(random),
          8 + 0.25 * warm + 0.2 * gaussian(random),
          (0.8 + 0.6 * q * q) * (1 + 0.05 * gaussian(random)),
        );
      },
    };
  },
};

/** A tool that wears for about eleven days of work and is then changed, at three speeds; sensors with a memory of 0.9 to 0.97. */
const grinder: MachineKind = {
  name: 'grinder',
  make(random) {
    const order = lasting(random, () => oneOf(random, [0.6, 0.8, 1]), [60, 400]);
    const own = Array.from({ length: 5 }, () => wandering(random, -1 / Math.log(0.9 + 0.07 * random.next())));
    const warm = following(40, 25);
    let [worn, life] = [0, 11 * dayMinutes];
    return {
      deviations: [0.12, 0.5, 0.8, 3, 0.2],
      row(minute, step) {
        if (isWeekend(minute)) {
          warm(20, step);
          return null;
        }
        worn += step;
        if (worn > life) [worn, life] = [0, (9 + 4 * random.next()) * dayMinutes];
        const blunt = worn / life;
        const n = order(step);
        const current = 12 * n * (1 + 0.12 * blunt);
        const noise = own.map((next) => next(step));
        return Float64Array.of(
          (0.9 + n * n) * (1 + 0.18 * blunt) + 0.06 * noise[0]!,
          current + 0.2 * noise[1]!,
          warm(20 + 2 * current, step) + 0.5 * noise[2]!,
          2_000 * n + 3 * noise[3]!,
          6 + 0.3 * n + 0.15 * noise[4]!,
        );
      },
    };
  },
};

/** Hours of memory, campaigns of nine days, and a lining that wears steadily for a whole year. */
const kiln: MachineKind = {
  name: 'kiln',
  make(random) {
    const feed = wandering(random, 600);
    const [zone, shell, gas] = [following(240, 900), following(700, 200), following(90, 300)];
    return {
      deviations: [2, 3, 2, 0.4, 3],
      row(minute, step) {
        const wear = minute / dayMinutes;
        const load = 100 + 8 * season(minute, 9 * dayMinutes) + 4 * feed(step);
        const fuel = 20 + 0.2 * load + 0.006 * wear;
        const hot = zone(500 + 10 * fuel, step);
        return Float64Array.of(
          load + 1.5 * gaussian(random),
          hot + 2 * gaussian(random),
          shell(0.22 * hot + 0.12 * wear + 2 * season(minute, dayMinutes, 840), step) +
            0.8 * gaussian(random),
          fuel + 0.3 * gaussian(random),
          gas(150 + 1.5 * load, step) + 2 * gaussian(random),
        );
      },
    };
  },
};

/** A blower outdoors: weather that wanders for three days, a filter that clogs in sixty, a pressure that bends. */
const blower: MachineKind = {
  name: 'blower',
  make(random) {
    const weather = wandering(random, 3 * dayMinutes);
    const need = wandering(random, 240);
    const speed = following(5, 0.7);
    return {
      deviations: [1, 6, 0.3, 0.7, 0.1],
      row(minute, step) {
        const air = 10 + 5 * season(minute, dayMinutes, 870) + 3 * weather(step);
        const clogged = ((minute / dayMinutes) % 60) / 60;
        const n = speed(clamped(0.7 + 0.12 * need(step) + 0.08 * clogged, 0.3, 1.1), step);
        const density = 293 / (273 + air);
        return Float64Array.of(
          air + 0.2 * gaussian(random),
          1_480 * n + 4 * gaussian(random),
          18 * n ** 3 * density * (1 + 0.06 * clogged) * (1 + 0.015 * gaussian(random)),
          (40 * n * n * density + 6 * clogged) * (1 + 0.015 * gaussian(random)),
          0.5 + 1.7 * n * n * (1 + 0.06 * gaussian(random)),
        );
      },
    };
  },
};

export const kindsSlow: readonly MachineKind[] = [heatPump, grinder, kiln, blower];
