import { describe, expect, it } from 'vitest';
import { isAcceptedTime } from './time-bounds.ts';

const nowMs = Date.UTC(2026, 5, 1);

describe('a time of a device', () => {
  it.each([378_691_200_000, -378_691_200_000])(
    'is used within the bounds of the clock as it was before it jumped by %i ms, and of the clock as it is',
    (jumpedMs) => {
      const bounds = { aheadMsMax: 60_000, behindMsMax: 3_600_000, jumpedMs: () => jumpedMs };
      const accepted = (ms: number) => isAcceptedTime(ms, nowMs, bounds);
      const beforeMs = nowMs - jumpedMs;
      expect(
        [beforeMs - 3_600_000, beforeMs + 60_000, nowMs - 3_600_000, nowMs + 60_000].map(accepted),
      ).toEqual(Array(4).fill(true));
      const outside = [beforeMs - 3_600_001, beforeMs + 60_001, nowMs - jumpedMs / 2, nowMs + 60_001];
      expect(outside.map(accepted)).toEqual(Array(4).fill(false));
      expect(isAcceptedTime(beforeMs, nowMs, { ...bounds, jumpedMs: () => 0 })).toBe(false);
    },
  );
});
