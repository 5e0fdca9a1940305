/** Kinds of machines on which parameters may be chosen: earlier changes of the relations looked at each of them. More are in kinds-looked-at.ts. */
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

/** Three speeds and three products, nights of rest, a peak of current at each start. */
const workshop: MachineKind = {
  name: 'workshop',
  make(random) {
    const order = lasting(
      random,
      () => ({ speed: oneOf(random, [0.7, 0.85, 1]), load: oneOf(random, [0.85, 1, 1.15]) }),
      [60, 360],
    );
    const warm = following(45, 20);
    return {
      deviations: [0.08, 1, 0.6, 5],
      row(minute, step) {
        const ofDay = minute % dayMinutes;
        const rests = ofDay >= 960;
        const { speed, load } = order(step);
        const temperature = warm(rests ? 18 : 20 + 30 * speed * load, step);
        if (rests) return null;
        return Float64Array.of(
          2 * speed * (0.8 + 0.2 * load) * (ofDay < 2 ? 1.5 : 1) * (1 + 0.05 * gaussian(random)),
          temperature + 0.3 * gaussian(random),
          20 * speed * load * (ofDay < 1 ? 4 : 1) * (1 + 0.03 * gaussian(random)),
          1_450 * speed + 4 * gaussian(random),
        );
      },
    };
  },
};

/** Five sensors that go with two causes, one of which has a season of a day. */
const factors: MachineKind = {
  name: 'factors',
  make(random) {
    const gains = Array.from({ length: 5 }, () => [gaussian(random), gaussian(random)] as const);
    const cause = wandering(random, 60);
    return {
      deviations: gains.map(() => 0.35),
      row(minute, step) {
        const a = cause(step);
        const b = season(minute, dayMinutes, 360);
        return Float64Array.from(gains, ([own, daily]) => 50 + own * a + daily * b + 0.3 * gaussian(random));
      },
    };
  },
};

/** It loads and unloads by its pressure, around the clock, and has less to do on weekends. */
const compressor: MachineKind = {
  name: 'compressor',
  make(random) {
    let [pressure, on, demand] = [7, 1, 0.5];
    const oil = following(25, 70);
    return {
      deviations: [0.4, 1.5, 2, 2.5, 0.12, 0.25],
      row(minute, step) {
        const hour = (minute % dayMinutes) / 60;
        const usual = isWeekend(minute)
          ? 0.25
          : 0.35 + 0.3 * Math.max(0, Math.sin(((hour - 6) / 14) * Math.PI));
        demand += ((usual - demand) * step) / 30 + 0.02 * Math.sqrt(step) * gaussian(random);
        pressure += (on * 0.9 - Math.max(0.05, demand)) * step * 0.25;
        if (pressure > 7.6) on = 0;
        if (pressure < 6.6) on = 1;
        const current = on * (70 + 4 * (pressure - 7)) + (1 - on) * 24;
        const warm = oil(55 + 25 * (current / 74) + 2 * season(minute, dayMinutes, 360), step);
        return Float64Array.of(
          pressure + 0.02 * gaussian(random),
          current * (1 + 0.012 * gaussian(random)),
          warm + 0.25 * gaussian(random),
          warm + 12 * on + 8 + 0.5 * gaussian(random),
          (1.2 + 0.9 * on) * (1 + 0.06 * gaussian(random)),
          40 + 0.15 * (warm - 60) + 0.2 * gaussian(random),
        );
      },
    };
  },
};

/** Its speed follows the weather, power the cube of speed; its filter clogs in 45 days. */
const fan: MachineKind = {
  name: 'fan',
  make(random) {
    const weather = wandering(random, 900);
    const speed = following(10, 0.6);
    return {
      deviations: [1, 8, 0.3, 9, 0.11, 0.6],
      row(minute, step) {
        const outside = 12 + 6 * season(minute, dayMinutes, 840) + 1.9 * weather(step);
        const n = speed(clamped(0.35 + (outside - 5) / 25, 0.35, 1), step);
        const dust = 1 + (0.1 * ((minute / dayMinutes) % 45)) / 45;
        return Float64Array.of(
          outside + 0.1 * gaussian(random),
          960 * n + 3 * gaussian(random),
          7.5 * n ** 3 * dust * (1 + 0.02 * gaussian(random)) + 0.3,
          240 * n ** 2 * dust * (1 + 0.02 * gaussian(random)),
          0.4 + 2.1 * n ** 2 * (1 + 0.07 * gaussian(random)),
          outside + 9 + 14 * n ** 2 + 0.3 * gaussian(random),
        );
      },
    };
  },
};

/** Two shifts on workdays, four recipes, nine sensors with a strong memory of their own. */
const press: MachineKind = {
  name: 'press',
  make(random) {
    const recipes = Array.from({ length: 4 }, () => [gaussian(random), gaussian(random)] as const);
    const gains = Array.from({ length: 9 }, () => [gaussian(random), gaussian(random), gaussian(random)]);
    const own = gains.map(() => wandering(random, -1 / Math.log(0.85 + 0.12 * random.next())));
    const recipe = lasting(random, () => oneOf(random, recipes), [120, 620]);
    const [first, second] = [following(12, 0), following(12, 0)];
    const cause = wandering(random, 20);
    return {
      deviations: gains.map(() => 0.5),
      row(minute, step) {
        const ofDay = minute % dayMinutes;
        if (isWeekend(minute) || ofDay < 360 || ofDay >= 1_320) return null;
        const [a, b] = recipe(step);
        const [x, y, c] = [first(2 * a, step), second(2 * b, step), cause(step)];
        return Float64Array.from(
          gains,
          ([f, g, h], i) => 100 * (i + 1) + f! * x + g! * y + 0.6 * h! * c + 0.4 * own[i]!(step),
        );
      },
    };
  },
};

/** Two sensors with a day, a week and a long memory. */
const tank: MachineKind = {
  name: 'tank',
  make(random) {
    const [slow, fast] = [wandering(random, 180), wandering(random, 15)];
    return {
      deviations: [0.6, 0.15],
      row(minute, step) {
        const [a, b] = [slow(step), fast(step)];
        const s = season(minute, dayMinutes, 360) + 0.5 * season(minute, 7 * dayMinutes, 2_520);
        return Float64Array.of(
          30 + 3 * s + 2 * a + 0.2 * gaussian(random),
          5 - 0.6 * s - 0.5 * a + 0.1 * b + 0.05 * gaussian(random),
        );
      },
    };
  },
};

/** Batches with rests between, twelve sensors of which 8 % of the values are missing. */
const mixer: MachineKind = {
  name: 'mixer',
  make(random) {
    const gains = Array.from({ length: 12 }, () => [gaussian(random), gaussian(random)] as const);
    const warm = following(30, 20);
    const cool = 0.5;
    let [phase, size] = [0, 1];
    const loadOf = (at: number) => (at < 20 ? at / 20 : at < 110 ? 1 : Math.max(0, (150 - at) / 40));
    return {
      deviations: gains.map(() => 0.4),
      row(minute, step) {
        const rests = minute % dayMinutes < 300;
        phase = rests ? 0 : phase + step;
        if (phase > 150) [phase, size] = [0, 0.8 + 0.4 * random.next()];
        const load = rests ? 0 : loadOf(phase);
        const heat = warm(20 + 40 * load * size, rests ? cool * step : step);
        if (rests) return null;
        return Float64Array.from(gains, ([f, g], i) =>
          random.next() < 0.08
            ? Number.NaN
            : 10 * i + 3 * f * load * size + 0.06 * g * heat + 0.3 * gaussian(random),
        );
      },
    };
  },
};

export const kindsChosenOn: readonly MachineKind[] = [workshop, factors, compressor, fan, press, tank, mixer];
