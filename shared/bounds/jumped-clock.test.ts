import { describe, expect, it } from 'vitest';
import { manualClock } from '../runtime/manual-clock.ts';
import { type ClockJump, JumpedClock } from './jumped-clock.ts';

const yearMs = 365 * 86_400_000;

function watched(isSet?: () => boolean) {
  const manual = manualClock();
  let aheadMs = 0;
  const clock = { ...manual, nowMs: () => manual.nowMs() + aheadMs, ...(isSet && { isSet }) };
  const told: ClockJump[] = [];
  const jumped = new JumpedClock(clock, (jump) => told.push(jump));
  jumped.start();
  const jump = (byMs: number) => {
    aheadMs += byMs;
  };
  return { manual, jumped, told, jump };
}

describe('a clock that jumps', () => {
  it.each([12 * yearMs, -yearMs])(
    'by %i ms is noticed at once, and has not jumped once it is back',
    (byMs) => {
      const { manual, jumped, told, jump } = watched();
      manual.advanceNow(60_000);
      jump(byMs);
      expect(jumped.byMs).toBe(byMs);
      manual.advanceNow(5_000);
      expect([jumped.byMs, told]).toEqual([byMs, [{ kind: 'jumped', byMs }]]);
      jump(-byMs);
      expect(jumped.byMs).toBe(0);
      manual.advanceNow(5_000);
      expect(told.slice(1)).toEqual([{ kind: 'back', byMs }]);
    },
  );

  it('is believed after an hour, which begins again if it jumps again', () => {
    const { manual, jumped, told, jump } = watched();
    jump(yearMs);
    manual.advanceNow(3_000_000);
    jump(yearMs);
    manual.advanceNow(3_500_000);
    expect(jumped.byMs).toBe(2 * yearMs);
    manual.advanceNow(200_000);
    expect([jumped.byMs, told.at(-1)]).toEqual([0, { kind: 'confirmed', byMs: 2 * yearMs }]);
  });

  it('is followed while it is corrected little by little', () => {
    const { manual, jumped, told, jump } = watched();
    for (let i = 0; i < 100; i++) {
      jump(30_000);
      manual.advanceNow(6_000);
    }
    expect([jumped.byMs, told]).toEqual([0, []]);
  });

  it('has not jumped when it is set for the first time', () => {
    let isSet = false;
    const { manual, jumped, told, jump } = watched(() => isSet);
    manual.advanceNow(10_000);
    jump(yearMs);
    isSet = true;
    manual.advanceNow(10_000);
    expect([jumped.byMs, told]).toEqual([0, []]);
  });
});
