/** Kinds of machines on which figures are reported, and no parameter is chosen. More are in kinds-slow.ts. */
import { gaussian } from '../../../shared/runtime/random.ts';
import {
  clamped,
  dayMinutes,
  following,
  isWeekend,
  lasting,
  type MachineKind,
  season,
  wandering,
} from './machine.ts';

/** Hard and soft material for hours, stops at random, bearings that warm slowly. */
const mill: MachineKind = {
  name: 'mill',
  make(random) {
    const material = lasting(random, () => 0.8 + 0.5 * random.next(), [100, 700]);
    const warm = following(70, 30);
    let [run, load] = [600, 0.7];
    return {
      deviations: [3, 1.2, 0.8, 0.8, 0.14, 3, 0.1],
      row(_minute, step) {
        run -= step;
        if (run < -120) run = 400 + 1_500 * random.next();
        if (run < 0) {
          warm(22, step);
          return null;
        }
        const hard = material(step);
        load += ((0.75 - load) * step) / 60 + 0.03 * Math.sqrt(step) * gaussian(random);
        load = clamped(load, 0.3, 1.1);
        const power = 110 * hard * load ** 1.5 + 25;
        const bearing = warm(25 + 0.28 * power, step);
        return Float64Array.of(
          power * (1 + 0.02 * gaussian(random)),
          60 * load * (1 + 0.015 * gaussian(random)),
          bearing + 0.25 * gaussian(random),
          bearing * 0.92 + 3 + 0.25 * gaussian(random),
          (1 + 1.4 * hard * load) * (1 + 0.05 * gaussian(random)),
          900 - 0.6 * power + 2 * gaussian(random),
          3.1 * load * hard + 0.05 * gaussian(random),
        );
      },
    };
  },
};

/** A level that falls and is filled again, strokes by day and week; three sensors. */
const dosing: MachineKind = {
  name: 'dosing pump',
  make(random) {
    let [level, flow] = [80, 1];
    return {
      deviations: [2, 0.1, 0.1],
      row(minute, step) {
        const usual = (isWeekend(minute) ? 0.5 : 1) * (1 + 0.4 * season(minute, dayMinutes, 360));
        flow = Math.max(
          0.05,
          flow + ((usual - flow) * step) / 20 + 0.03 * Math.sqrt(step) * gaussian(random),
        );
        level -= 0.04 * flow * step;
        if (level < 20) level = 95;
        return Float64Array.of(
          level + 0.2 * gaussian(random),
          flow + 0.02 * gaussian(random),
          4 + 1.2 * flow + 0.01 * level + 0.06 * gaussian(random),
        );
      },
    };
  },
};

/** A controller holds the pressure by the speed; ground water has a season of 23 days; the level is sent in whole steps. */
const waterworks: MachineKind = {
  name: 'waterworks',
  make(random) {
    const demand = wandering(random, 90);
    const ground = wandering(random, 20 * dayMinutes);
    const [speed, level] = [following(4, 0.6), following(200, 5)];
    return {
      deviations: [0.05, 0.02, 0.5, 0.4, 0.15],
      row(minute, step) {
        const flow =
          40 + 15 * season(minute, dayMinutes, 1_140) + 5 * season(minute, 7 * dayMinutes) + 4 * demand(step);
        const deep = 12 + 1.5 * season(minute, 23 * dayMinutes) + 0.7 * ground(step);
        const n = speed(0.35 + flow / 110 + deep / 90, step);
        return Float64Array.of(
          5 + 0.03 * gaussian(random),
          n + 0.004 * gaussian(random),
          flow + 0.5 * gaussian(random),
          28 * n ** 3 + 0.25 * gaussian(random),
          Math.round(10 * level(9 - 0.05 * flow, step)) / 10,
        );
      },
    };
  },
};

export const kindsReportedOn: readonly MachineKind[] = [mill, dosing, waterworks];
