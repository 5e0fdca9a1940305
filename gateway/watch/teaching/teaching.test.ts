import { describe, expect, it } from 'vitest';
import { minuteMs, rowsOf, rowsPerDay, startMs } from '../../../shared/detector/relations/machine.testing.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { Lesson } from '../../ports/retiring.ts';
import { Baseline } from '../baselines/baseline.ts';
import { baselineOptions } from '../baselines/baseline-options.ts';
import { Teaching } from './teaching.ts';

const names = ['vibration', 'temperature', 'current', 'speed'];
const type: MachineType = {
  ...{ name: 'generic', version: '1.0.0', description: 'any', lifeUnit: 'h', stepMs: 60_000, windowRows: 30 },
  openSensors: true,
  sensors: names.map((name) => ({ name, unit: '1', min: -1e6, max: 1e6 })),
  alerts: [],
};
const { rows, times } = rowsOf(20);
const history = rows.map((row, at) => [times[at]!, ...row]);
const machine = { site: 'hall', machine: 'press' };

function bench(now = startMs + 30 * 1_440 * minuteMs) {
  const baseline = new Baseline(4, baselineOptions(type));
  let monotonicMs = 0;
  const clock = { nowMs: () => now, monotonicMs: () => monotonicMs } as never;
  const teaching = new Teaching({
    typeOf: (_, name) => (name === 'other' ? null : type),
    baselineOf: ({ machine: name }) => (name === 'press' ? baseline : new Baseline(4, baselineOptions(type))),
    clock,
  });
  const pass = (ms: number) => {
    monotonicMs += ms;
  };
  const teach = (over: Partial<Lesson>, name = 'press') =>
    teaching.teach(
      { ...machine, machine: name },
      { teaching: 'one', sensors: names, rows: [], isFirst: false, isLast: false, ...over },
    );
  return { baseline, teaching, teach, pass };
}

describe('a machine that is taught from its history', () => {
  it('knows what is normal at once, as if it had been watched, in lessons of any size', () => {
    const { baseline, teach } = bench();
    expect(teach({ rows: history.slice(0, 5_000), isFirst: true })).toMatchObject({ isTaught: false });
    expect(baseline.rows).toBe(0);
    const outcome = teach({ rows: history.slice(5_000), isLast: true });
    expect(outcome).toMatchObject({ isKnown: true, isTaught: true, leftOut: 0, learning: null });
    expect(outcome).toMatchObject({ fromMs: times[0], toMs: times.at(-1), rows: history.length });
    expect(baseline.behaves()).toMatchObject({ state: 'normal', learning: null });
    expect(baseline.mode()).toMatchObject({ of: 3 });
    expect(baseline.score().score).toBeLessThan(0.5);
  });

  it('keeps what it knows, and its named faults, if the history is too short', () => {
    const { baseline, teach } = bench();
    teach({ rows: history, isFirst: true, isLast: true });
    const known = baseline.rows;
    expect(teach({ rows: history.slice(0, 100), isFirst: true, isLast: true })).toMatchObject({
      isTaught: false,
    });
    expect(baseline.rows).toBe(known);
  });

  it('leaves out what is out of order or of the future, and says which sensors it has not', () => {
    const { teach } = bench(times[rowsPerDay]!);
    const mixed = [...history.slice(0, 10), ...history.slice(0, 5), ...history.slice(-3), [null, 1, 2, 3, 4]];
    expect(teach({ rows: mixed, isFirst: true, sensors: [...names, 'humidity'] })).toMatchObject({
      ...{
        rows: 10,
        leftOut: 9,
        withoutTime: 1,
        ofFuture: 3,
        unknownSensors: ['humidity'],
        emptySensors: [],
      },
    });
    const blind = history.slice(0, 10).map(([time, ...cells]) => [time!, 'n/a', ...cells.slice(1)]);
    expect(teach({ rows: blind, isFirst: true, sensors: names.slice(0, 3) })).toMatchObject({
      ...{ rows: 10, emptySensors: ['vibration', 'speed'] },
    });
    const strange = { site: 'hall', machine: 'other' };
    expect(
      bench().teaching.teach(strange, {
        teaching: 'one',
        sensors: [],
        rows: [],
        isFirst: true,
        isLast: true,
      }),
    ).toMatchObject({
      isKnown: false,
    });
  });

  describe('keeps what it knows, and names the reason, if the history', () => {
    const known = () => {
      const made = bench();
      made.teach({ rows: history, isFirst: true, isLast: true });
      return made;
    };
    const changed = (change: (cells: number[]) => (number | string | null)[]) =>
      history.map(([time, ...cells]) => [time!, ...change(cells)]);
    const wrong: Record<string, [(cells: number[]) => (number | string | null)[], object]> = {
      'has no values': [(cells) => cells.map(() => 'n/a'), { emptySensors: names, doubts: [] }],
      'is constant': [
        () => [1.5, 44, 17, 1_200],
        {
          doubts: [
            { sensor: 'vibration', is: 'constant', low: 1.5 },
            { sensor: 'temperature', is: 'constant' },
            { sensor: 'current', is: 'constant' },
            { sensor: 'speed', is: 'constant', low: 1_200, high: 1_200 },
          ],
        },
      ],
      'is 1 throughout': [
        () => [1, 1, 1, 1],
        { doubts: names.map((sensor) => ({ sensor, is: 'constant', low: 1, high: 1 })) },
      ],
      'is in other units': [
        ([vibration, ...cells]) => [1_000 * vibration!, ...cells],
        { doubts: [{ sensor: 'vibration', is: 'elsewhere' }] },
      ],
    };
    for (const [what, [change, expected]] of Object.entries(wrong))
      it(what, () => {
        const { baseline, teach } = known();
        const before = baseline.save(names);
        const outcome = teach({ rows: changed(change), isFirst: true, isLast: true });
        expect(outcome).toMatchObject({ isTaught: false, ...expected });
        expect(baseline.save(names)).toEqual(before);
      });

    it('is in other units, unless a person is sure', () => {
      const { baseline, teach } = known();
      const rows = changed((cells) => cells.map((each) => 500 * each));
      const outcome = teach({ rows, isFirst: true, isLast: true, isSure: true });
      expect(outcome).toMatchObject({ isTaught: true });
      expect(outcome.doubts.map(({ sensor }) => sensor)).toEqual(names);
      expect(baseline.usualOf(3)!.low).toBeGreaterThan(100_000);
    });

    it('is of a machine that was seen at rest only: that says nothing, and it is taught', () => {
      const { baseline, teach } = bench();
      for (let at = 0; at < 100; at++) baseline.take(Float32Array.of(0, 20, 0, 0), startMs + at * minuteMs);
      const cold = changed(([vibration, , ...cells]) => [vibration!, 21, ...cells]);
      expect(teach({ rows: cold, isFirst: true, isLast: true })).toMatchObject({
        isTaught: true,
        doubts: [],
      });
    });
  });

  it('does not learn rows at rest', () => {
    const resting = { ...type, runsWhen: { sensor: 'speed', above: 100 } };
    const { clock } = {
      clock: { nowMs: () => startMs + 30 * 1_440 * minuteMs, monotonicMs: () => 0 } as never,
    };
    const baseline = new Baseline(4, baselineOptions(resting));
    const teaching = new Teaching({ typeOf: () => resting, baselineOf: () => baseline, clock });
    const still = history.map((row, at) => (at % 100 < 20 ? [row[0]!, 0, 20, 0, 0] : row));
    const lesson = { teaching: 'one', sensors: names, rows: still, isFirst: true, isLast: true };
    const { rows: learnt, atRest } = teaching.teach(machine, lesson);
    expect(atRest).toBe(Math.round(0.2 * history.length));
    expect(learnt).toBe(history.length - atRest);
  });
});

describe('several teachings at once', () => {
  it('are not mixed: one that another of the machine has superseded is refused, and replaces nothing', () => {
    const { baseline, teach } = bench();
    teach({ rows: history.slice(0, 5_000), isFirst: true });
    teach({ rows: history.slice(0, 10), isFirst: true, teaching: 'two' });
    expect(() => teach({ rows: history.slice(5_000), isLast: true })).toThrow(/another one of this machine/);
    expect(baseline.rows).toBe(0);
    expect(teach({ rows: history.slice(10), isLast: true, teaching: 'two' })).toMatchObject({
      ...{ isTaught: true, rows: history.length, leftOut: 0 },
    });
  });

  it('that are not known go on with nothing, as after a restart of the gateway', () => {
    const { baseline, teach } = bench();
    expect(() => teach({ rows: history, isLast: true })).toThrow(
      expect.objectContaining({ code: 'TEACHING_UNKNOWN' }),
    );
    expect(baseline.rows).toBe(0);
  });

  it('are four: a fifth is refused until one was left alone for a minute, which then is refused itself', () => {
    const { teach, pass } = bench();
    for (const name of ['m1', 'm2', 'm3', 'm4']) teach({ rows: history.slice(0, 10), isFirst: true }, name);
    pass(40_000);
    for (const name of ['m2', 'm3', 'm4']) teach({ rows: history.slice(10, 20) }, name);
    expect(() => teach({ isFirst: true })).toThrow(expect.objectContaining({ code: 'TEACHING_BUSY' }));
    expect(teach({ rows: history.slice(10, 20) }, 'm1')).toMatchObject({ rows: 20 });
    pass(59_999);
    for (const name of ['m1', 'm3', 'm4']) teach({}, name);
    pass(1);
    expect(teach({ rows: history.slice(0, 10), isFirst: true })).toMatchObject({ rows: 10 });
    expect(() => teach({ isLast: true }, 'm2')).toThrow(/was left alone/);
    expect(teach({}, 'm3')).toMatchObject({ rows: 20 });
  });
});
