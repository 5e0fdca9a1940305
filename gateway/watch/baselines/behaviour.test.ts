import { describe, expect, it } from 'vitest';
import { rowsOf, rowsPerDay } from '../../../shared/detector/relations/machine.testing.ts';
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
    baseline.confirmNormal();
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
