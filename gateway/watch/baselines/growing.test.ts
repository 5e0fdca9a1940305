import { describe, expect, it } from 'vitest';
import { rowsOf, rowsPerDay } from '../../../shared/detector/relations/machine.testing.ts';
import { gaussian, seededRandom } from '../../../shared/runtime/random.ts';
import { Baseline } from './baseline.ts';
import { learnRowsOpen } from './baseline-options.ts';

const { rows, times } = rowsOf(60);
const names = ['vibration', 'temperature', 'current', 'speed'];
const wide = [...names, 'extra'];
const sensorOf = (name: string) => ({ name, unit: '1', min: -Number.MAX_VALUE, max: Number.MAX_VALUE });
const options = { judges: 'events', learnRows: learnRowsOpen, stepMs: 1_000 } as const;
const knownDays = 20;

interface Machine {
  baseline: Baseline;
  /** The sensors by column of its rows. */
  order: readonly string[];
}
type Values = Record<string, number>;

/** Feeds the rows of some days; `extra` goes with speed. Returns the highest score. */
function feed(
  { baseline, order }: Machine,
  fromDay: number,
  toDay: number,
  change: (values: Values) => object = () => ({}),
): number {
  const random = seededRandom(Math.round(100 * fromDay));
  let highest = 0;
  for (let at = Math.round(fromDay * rowsPerDay); at < toDay * rowsPerDay; at++) {
    const [vibration, temperature, current, speed] = rows[at]! as unknown as [number, number, number, number];
    const values: Values = { vibration, temperature, current, speed };
    values.extra = speed / 100 + 0.1 * gaussian(random);
    const sent: Values = { ...values, ...change(values) };
    const row = Float32Array.from(order, (name) => sent[name] ?? Number.NaN);
    baseline.take(row, times[at]!);
    highest = Math.max(highest, baseline.score().score);
  }
  return highest;
}

const before = (() => {
  const baseline = new Baseline(4, { ...options, sensors: names.map(sensorOf) });
  feed({ baseline, order: names }, 0, knownDays);
  return baseline.save(names);
})();

/** A machine that has got a sensor. */
const machines: Record<string, () => Machine> = {
  'while it runs': () => {
    const baseline = new Baseline(4, { ...options, sensors: names.map(sensorOf) });
    expect(baseline.restore(before, names)).toBe(true);
    expect(baseline.widen(wide.map(sensorOf))).toEqual(['extra']);
    return { baseline, order: wide };
  },
  'while its gateway was down': () => {
    const baseline = new Baseline(5, { ...options, sensors: wide.map(sensorOf) });
    expect(baseline.restore(before, wide)).toBe(true);
    return { baseline, order: wide };
  },
  'as the first that is heard after a restart': () => {
    const baseline = new Baseline(0, options);
    expect(baseline.restore(before, [])).toBe(true);
    const order = ['extra', ...names];
    expect(baseline.widen([sensorOf('extra')])).toEqual(['extra']);
    expect(baseline.widen(order.map(sensorOf))).toEqual([]);
    return { baseline, order };
  },
};

const resumed = ({ baseline, order }: Machine): Machine => {
  const made = new Baseline(order.length, { ...options, sensors: order.map(sensorOf) });
  expect(made.restore(baseline.save(order), order)).toBe(true);
  return { baseline: made, order };
};

const shaken = ({ vibration }: Values) => ({ vibration: 1.35 * vibration! });

describe('a sensor that appears', () => {
  for (const [when, machineOf] of Object.entries(machines))
    it(`${when}: the others are judged as before, from the first row on`, () => {
      const machine = machineOf();
      const { baseline, order } = machine;
      expect(baseline.learning).toBeNull();
      expect(baseline.behaves()).toMatchObject({ state: 'normal', learning: null });
      expect(feed(machine, knownDays, knownDays + 1)).toBeLessThan(0.45);
      expect(feed(machine, knownDays + 1, knownDays + 1.1, shaken)).toBeGreaterThanOrEqual(0.65);
      expect(baseline.beyond()[0]!.column).toBe(order.indexOf('vibration'));
      expect(baseline.behaves().state).toBe('unusual');
    });

  it('is learnt for a week and then judged like the others, also over restarts, and raises nothing', () => {
    let machine = machines['while it runs']!();
    for (let day = knownDays; day < knownDays + 12; day++) {
      expect(feed(machine, day, day + 1)).toBeLessThan(0.45);
      machine = resumed(machine);
    }
    const odd = ({ extra }: Values) => ({ extra: extra! - 3 });
    expect(feed(machine, knownDays + 12, knownDays + 12.1, odd)).toBeGreaterThanOrEqual(0.65);
    expect(machine.baseline.beyond()[0]!.column).toBe(4);
  });

  it('may rest over its first weekend: its first start raises nothing', () => {
    const machine = machines['while it runs']!();
    const resting = () => ({ extra: 20 + 0.01 * Math.sin(0) });
    feed(machine, knownDays, knownDays + 3, (values) => ({ extra: resting().extra + values.extra! / 1_000 }));
    expect(feed(machine, knownDays + 3, knownDays + 4, ({ extra }) => ({ extra: 20 + extra! }))).toBeLessThan(
      0.45,
    );
  });

  it('that turns out to be a counter is learnt by its rate, and the others stay', () => {
    const machine = machines['while it runs']!();
    let sent = 100;
    const counted = () => ({ extra: sent++ });
    // It falls and rises at first, as a quantity does, and only rises then.
    feed(machine, knownDays, knownDays + 0.5, ({ extra }) => ({ extra: Math.round(extra!) }));
    expect(feed(machine, knownDays + 0.5, knownDays + 3, counted)).toBeLessThan(0.45);
    expect(machine.baseline.kindOf(4)).toBe('counter');
    expect(machine.baseline.behaves()).toMatchObject({ state: 'normal', learning: null });
  });
});

it('a sensor that vanishes, for a while or for ever, takes nothing of the others with it', () => {
  const machine = machines['while it runs']!();
  const gone = () => ({ temperature: Number.NaN });
  expect(feed(machine, knownDays, knownDays + 2, gone)).toBeLessThan(0.45);
  const later = new Baseline(0, options);
  expect(later.restore(machine.baseline.save(wide), [])).toBe(true);
  const order = ['speed', 'current', 'vibration'];
  later.widen(order.map(sensorOf));
  const without = { baseline: later, order };
  expect(feed(without, knownDays + 2, knownDays + 3)).toBeLessThan(0.45);
  expect(later.behaves()).toMatchObject({ state: 'normal', learning: null });
  expect(feed(without, knownDays + 3, knownDays + 3.1, shaken)).toBeGreaterThanOrEqual(0.65);
  expect(later.beyond()[0]!.column).toBe(2);
});
