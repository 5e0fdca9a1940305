/** The conditions whose figures come and go by themselves, of both sides: from which figure on, and until which. */
import { describe, expect, it } from 'vitest';
import type { ConditionData } from '../contract/condition.ts';
import { manualClock } from '../runtime/manual-clock.ts';
import { type ClockFacts, ClockWatch, clockWrong } from './clock.ts';
import { type DiskFacts, diskSpace } from './disk-space.ts';

const nowMs = Date.UTC(2026, 5, 1);
const open = (severity: 'warning' | 'critical' = 'warning'): ConditionData[] => [
  {
    conditionId: 'c-1',
    condition: 'any',
    about: { kind: 'gateway', name: 'gw-1' },
    severity,
    reasons: [],
    since: '2026-06-01T00:00:00Z',
  },
];

describe('disk-space', () => {
  const severities = (disk: Partial<DiskFacts>, before: ConditionData[] = []) => {
    const facts = { folder: '/data', freeBytes: 50e9, sizeBytes: 1e12, freeShareMin: 0.05, ...disk };
    const checked = diskSpace.check({ disk: facts }, nowMs, before);
    return checked === 'unknown'
      ? checked
      : checked.map((each) => ('severity' in each ? each.severity : null));
  };

  it('is found below a share or below some bytes, and says how much is left', () => {
    expect(severities({})).toEqual([]);
    expect(severities({ freeBytes: 49e9 })).toEqual(['warning']);
    expect(severities({ freeBytes: 9e9 })).toEqual(['critical']);
    expect(severities({ freeBytes: 499e6, sizeBytes: 1e9 })).toEqual(['warning']);
    expect(severities({ freeBytes: 99e6, sizeBytes: 1e9 })).toEqual(['critical']);
    expect(diskSpace.check({ disk: null }, nowMs, [])).toBe('unknown');
    const disk = { folder: '/data', freeBytes: 40e9, sizeBytes: 1e12, freeShareMin: 0.05 };
    expect(diskSpace.check({ disk }, nowMs, [])).toMatchObject([
      {
        reasons: [
          expect.stringContaining('/data has 40 GB left of 1.0 TB (4 %)'),
          expect.anything(),
          expect.anything(),
        ],
      },
    ]);
  });

  it('ends, and is less severe, only when clearly more is free', () => {
    expect(severities({ freeBytes: 51e9 }, open())).toEqual(['warning']);
    expect(severities({ freeBytes: 61e9 }, open())).toEqual([]);
    expect(severities({ freeBytes: 11e9 }, open('critical'))).toEqual(['critical']);
    expect(severities({ freeBytes: 13e9 }, open('critical'))).toEqual(['warning']);
    expect(severities({ freeBytes: 550e6, sizeBytes: 1e9 }, open())).toEqual(['warning']);
  });
});

describe('clock', () => {
  const fine: ClockFacts = { isSet: true, jump: null, aheadOfCloudMs: null };
  const found = (over: Partial<ClockFacts>, before: ConditionData[] = []) =>
    clockWrong.check({ clock: { ...fine, ...over } }, nowMs, before).length > 0;

  it('is found where it is not set, has jumped, or differs from the cloud’s', () => {
    expect(found({})).toBe(false);
    expect(found({ isSet: false })).toBe(true);
    expect(found({ jump: { byMs: -90_000, atMs: nowMs } })).toBe(true);
    expect(found({ aheadOfCloudMs: 61_000 })).toBe(true);
    expect(found({ aheadOfCloudMs: -61_000 })).toBe(true);
    expect(found({ aheadOfCloudMs: 59_000 })).toBe(false);
    expect(found({ aheadOfCloudMs: 59_000 }, open())).toBe(true);
    expect(found({ aheadOfCloudMs: 44_000 }, open())).toBe(false);
  });

  it('a jump is remembered for an hour, and the step of a clock that was not set is none', () => {
    const clock = manualClock();
    const watch = new ClockWatch(clock);
    watch.facts();
    clock.advanceNow(5_000);
    expect(watch.facts().jump).toBeNull();
    clock.setWall(clock.nowMs() + 120_000);
    expect(watch.facts().jump).toMatchObject({ byMs: 120_000 });
    clock.advanceNow(3_599_000);
    expect(watch.facts().jump).not.toBeNull();
    clock.advanceNow(2_000);
    expect(watch.facts().jump).toBeNull();
    let isSet = false;
    const unset = new ClockWatch({ ...clock, isSet: () => isSet });
    unset.facts();
    clock.setWall(clock.nowMs() + 9e9);
    isSet = true;
    expect(unset.facts().jump).toBeNull();
  });
});
