/**
 * Machines that do something for the first time after days: a second speed, a product, a stage. What they do then is normal, and they were made up
 * after the rule that learns it; no parameter is chosen on them.
 */
import { gaussian } from '../../../shared/runtime/random.ts';
import { dayMinutes, following, lasting, type MachineKind, oneOf, wandering } from './machine.ts';

/** A fan at one speed until a day, then at two, by turns of hours. */
const fanFrom = (day: number): MachineKind => ({
  name: `fan, second speed from day ${day}`,
  make(random) {
    const turns = lasting(random, () => oneOf(random, [1, 1, 0.62]), [120, 500]);
    const warm = following(35, 45);
    const air = wandering(random, 300);
    return {
      deviations: [0.1, 0.3, 0.8, 3],
      row(minute, step) {
        const drawn = turns(step);
        const n = minute < day * dayMinutes ? 1 : drawn;
        const outside = 18 + 2 * air(step);
        return Float64Array.of(
          0.5 + 1.4 * n * n * (1 + 0.06 * gaussian(random)),
          14 * n ** 3 * (1 + 0.02 * gaussian(random)) + 1,
          warm(outside + 30 * n * n, step) + 0.4 * gaussian(random),
          1_460 * n + 3 * gaussian(random),
        );
      },
    };
  },
});

/** An oven at one set point for twelve days, then at three. */
const oven: MachineKind = {
  name: 'oven, set points from day 12',
  make(random) {
    const points = lasting(random, () => oneOf(random, [180, 205, 230]), [200, 700]);
    const [near, far] = [following(15, 180), following(40, 170)];
    return {
      deviations: [1, 1.5, 1.2],
      row(minute, step) {
        const drawn = points(step);
        const target = minute < 12 * dayMinutes ? 180 : drawn;
        const hot = near(target, step);
        return Float64Array.of(
          hot + 0.6 * gaussian(random),
          far(0.96 * hot, step) + 0.8 * gaussian(random),
          10 + 0.12 * (hot - 20) + 0.25 * (target - hot) + 0.6 * gaussian(random),
        );
      },
    };
  },
};

/** A blower with a second stage that a day with much to do needs, from the fourth day on. */
const stages: MachineKind = {
  name: 'blower, second stage from day 4',
  make(random) {
    const need = wandering(random, 700);
    let stage = 0;
    return {
      deviations: [0.4, 1, 0.1, 0.08],
      row(minute, step) {
        const flow = 50 + 10 * need(step);
        if (minute > 4 * dayMinutes && flow > 58) stage = 1;
        if (flow < 50) stage = 0;
        return Float64Array.of(
          flow * (1 + 0.008 * gaussian(random)),
          (15 + 0.5 * flow + 22 * stage) * (1 + 0.015 * gaussian(random)),
          1 + 0.03 * flow + 0.9 * stage + 0.08 * gaussian(random),
          (0.7 + 0.5 * stage) * (1 + 0.06 * gaussian(random)),
        );
      },
    };
  },
};

export const kindsLater: readonly MachineKind[] = [0.8, 3, 15].map(fanFrom).concat([oven, stages]);
