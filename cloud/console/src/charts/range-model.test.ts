import { describe, expect, it } from 'vitest';
import { alertOf } from '../plant.testing.ts';
import { maintenanceOf, marksOf } from './marks-model.ts';
import { addressOf, ranged, wantedIn } from './range-model.ts';

describe('a range', () => {
  const range = { fromMs: 1_000_000, toMs: 1_100_000 };

  it('moves and grows, around the pointer', () => {
    expect(ranged(range, { move: 0.5 })).toEqual({ fromMs: 1_050_000, toMs: 1_150_000 });
    expect(ranged(range, { zoom: 0.5 })).toEqual({ fromMs: 1_025_000, toMs: 1_075_000 });
    expect(ranged(range, { zoom: 2, about: 0 })).toEqual({ fromMs: 1_000_000, toMs: 1_200_000 });
    const { fromMs, toMs } = ranged(range, { zoom: 1e-9 });
    expect(toMs - fromMs).toBe(10_000);
  });

  it('stands in the address, and comes back from there', () => {
    for (const wanted of ['year' as const, range])
      expect(wantedIn(new URLSearchParams(addressOf(wanted)))).toEqual(wanted);
    for (const bad of ['span=toString', 'from=2&to=1', 'from=x&to=y', ''])
      expect(wantedIn(new URLSearchParams(bad))).toBeNull();
  });
});

it('marks are alerts and maintenance that touch the range, open alerts up to its end', () => {
  const openedMs = 1_750_000_000_000;
  const span = {
    gateway: 'gw-1',
    windowId: 'w',
    fromMs: openedMs - 1_000,
    toMs: openedMs + 1_000,
    by: 'maria',
  };
  const range = { fromMs: openedMs - 60_000, toMs: openedMs + 60_000 };
  expect(marksOf([alertOf({})], [span], range)).toEqual([
    { fromMs: span.fromMs, toMs: span.toMs, kind: 'maintenance' },
    { fromMs: openedMs, toMs: range.toMs, kind: 'critical' },
  ]);
  expect(marksOf([alertOf({})], [span], { fromMs: 1, toMs: 2 })).toEqual([]);
  const entry = { entryId: 'e', kind: 'repaired', atMs: openedMs, by: 'ben', note: 'seal' };
  expect(marksOf([], [], range, [entry])).toEqual([{ fromMs: openedMs, toMs: openedMs, kind: 'log' }]);
  const of = { gateway: 'gw-1', site: 'leeds', machine: 'pump-1' };
  expect(
    maintenanceOf([span, { ...span, site: 'other' }, { ...span, site: 'leeds', machine: 'pump-1' }], of),
  ).toHaveLength(2);
});
