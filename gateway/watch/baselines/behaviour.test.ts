import { describe, expect, it } from 'vitest';
import { rowsOf, rowsPerDay } from '../../../shared/detector/relations/machine.testing.ts';
import { signatureFor } from '../../../shared/detector/relations/peoples-word.ts';
import { Baseline } from './baseline.ts';
import { learnRowsOpen } from './baseline-options.ts';
import type { SavedBaseline } from './saved-baseline.ts';

const { rows, times } = rowsOf(48);
const learnt = 40 * rowsPerDay;
const names = ['vibration', 'temperature', 'current', 'speed'];
const newBaseline = () => new Baseline(4, { judges: 'events', learnRows: learnRowsOpen, stepMs: 1_000 });

/** Feeds rows; vibration is so many times as high as it would be. */
function feed(baseline: Baseline, from: number, to: number, by = 1): void {
  const row = new Float32Array(4);
  for (let at = from; at < to; at++) {
    row.set(rows[at]!);
    row[0]! *= by;
    baseline.take(row, times[at]!);
  }
}

const known = (() => {
  const baseline = newBaseline();
  feed(baseline, 0, learnt);
  return baseline.save(names);
})();

function resumed(saved: SavedBaseline = known): Baseline {
  const baseline = newBaseline();
  expect(baseline.restore(saved, names)).toBe(true);
  return baseline;
}

describe('a sensor inside its range, beyond what the others explain', () => {
  it('is told within an hour, with what would be usual', () => {
    const baseline = resumed();
    expect(baseline.behaves()).toMatchObject({ state: 'normal', sinceMs: null, learning: null });
    expect(baseline.score().score).toBeLessThan(0.4);
    feed(baseline, learnt, learnt + 60, 1.4);
    const { score, deviations } = baseline.score();
    expect(score).toBeGreaterThanOrEqual(0.65);
    expect(deviations.indexOf(Math.max(...deviations))).toBe(0);
    const [first] = baseline.beyond();
    expect(first).toMatchObject({ column: 0, isBesideOthers: true });
    expect(first!.level).toBeGreaterThan(first!.high);
    expect(first!.low).toBeLessThan(first!.level / 1.4);
  });

  it('goes on over a restart, and ends when it is over', () => {
    const before = resumed();
    feed(before, learnt, learnt + 60, 1.4);
    const baseline = resumed(before.save(names));
    expect(baseline.behaves()).toEqual(before.behaves());
    feed(baseline, learnt + 60, learnt + 300);
    expect(baseline.behaves().state).toBe('normal');
    expect(baseline.score().score).toBeLessThan(0.4);
  });

  it('that lasts is changed, which neither opens an alert nor ends one, until a person says that it is normal', () => {
    const baseline = resumed();
    feed(baseline, learnt, learnt + 2 * rowsPerDay, 1.4);
    expect(baseline.behaves().state).toBe('changed');
    expect(baseline.score().score).toBeCloseTo(0.525);
    expect(baseline.confirmNormal()).toBe(true);
    expect(baseline.confirmNormal()).toBe(false);
    feed(baseline, learnt + 2 * rowsPerDay, learnt + 3 * rowsPerDay, 1.4);
    expect(baseline.behaves()).toMatchObject({ state: 'normal', sinceMs: null });
    expect(baseline.score().score).toBeLessThan(0.4);
  });

  it('that a person has named a fault is recognised when it comes again, also after a restart', () => {
    const before = resumed();
    expect(before.confirmFault({ atMs: 1, note: 'nothing' })).toBe(false);
    feed(before, learnt, learnt + 120, 1.4);
    expect(before.confirmFault({ atMs: 7, note: 'worn coupling' })).toBe(true);
    feed(before, learnt + 120, learnt + rowsPerDay);
    expect(before.behaves().like).toBeUndefined();
    const baseline = resumed(before.save(names));
    feed(baseline, learnt + rowsPerDay, learnt + rowsPerDay + 180, 1.45);
    expect(baseline.behaves()).toMatchObject({ state: 'unusual', like: { atMs: 7, note: 'worn coupling' } });
  });
});

it('what an earlier version has saved is gone on with, and relations are learnt', () => {
  const { relations: _, faults: __, ...earlier } = known;
  const baseline = resumed(earlier);
  expect(baseline.behaves()).toMatchObject({ state: 'learning', learning: { days: 0, needed: 7 } });
  const damaged = resumed({ ...known, relations: new Uint8Array(40) });
  expect(damaged.behaves().state).toBe('learning');
});

describe('a fault that a person has named', () => {
  const fault = { atMs: 7, note: 'worn coupling' };
  const sensorOf = (name: string) => ({ name, unit: '1', min: -1e6, max: 1e6 });
  const named = (() => {
    const baseline = newBaseline();
    baseline.restore(known, names);
    feed(baseline, learnt, learnt + 120, 1.4);
    baseline.confirmFault(fault);
    return baseline.save(names);
  })();
  const wide = rowsOf(48);

  /** Lets a baseline with a further sensor learn for 40 days, and shakes the machine then. */
  function shaken(baseline: Baseline): Baseline {
    const row = new Float32Array(5);
    for (let at = 0; at < learnt + 120; at++) {
      row.set(wide.rows[at]!);
      row[4] = Math.sin(at / 700);
      if (at >= learnt) row[0]! *= 1.4;
      baseline.take(row, wide.times[at]!);
    }
    return baseline;
  }

  it('is kept when its machine gets a new sensor, and recognised by the sensors that it concerns', () => {
    const baseline = resumed(named);
    expect(baseline.widen([...names, 'humidity'].map(sensorOf))).toEqual(['humidity']);
    expect(shaken(baseline).behaves()).toMatchObject({ state: 'unusual', like: fault });
  });

  it('is kept when all that is normal is learnt anew', () => {
    const baseline = resumed(named);
    baseline.relearn();
    feed(baseline, 0, learnt);
    feed(baseline, learnt, learnt + 120, 1.4);
    expect(baseline.behaves()).toMatchObject({ state: 'unusual', like: fault });
    expect(baseline.save(names).faults).toMatchObject([{ ...fault, sensors: names }]);
  });
});

it('is not recognised once the sensors that it concerned are gone', () => {
  const signature = [1.2, 0.1, 0, 0];
  expect(signatureFor(signature, names, [...names].reverse())).toEqual([0, 0, 0.1, 1.2]);
  expect(signatureFor(signature, names, names.slice(1))).toBeNull();
});

it('a mode that is said to be normal is learnt anew: what was unusual in it is over', () => {
  const sensors = [...names.map((name) => ({ name, unit: '1', min: -1e6, max: 1e6 }))];
  const declared = { name: 'product', unit: '1', min: 0, max: 9, kind: 'state' as const };
  const baseline = new Baseline(5, {
    judges: 'events',
    learnRows: learnRowsOpen,
    sensors: [...sensors, declared],
  });
  const row = new Float32Array(5);
  const run = (from: number, to: number) => {
    for (let at = from; at < to; at++) {
      row.set(rows[at]!);
      row[4] = Math.floor(at / 300) % 2;
      if (at >= learnt && row[4] === 1) row[0]! *= 1.5;
      baseline.take(row, times[at]!);
    }
  };
  run(0, learnt + 600);
  expect(baseline.behaves().state).toBe('unusual');
  expect(baseline.confirmMode()).toBe(true);
  expect(baseline.behaves().state).toBe('normal');
  run(learnt + 600, learnt + 3 * rowsPerDay);
  expect(baseline.behaves().state).toBe('normal');
  expect(newBaseline().confirmMode()).toBe(false);
});
