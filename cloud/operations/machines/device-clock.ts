/**
 * How old a reading is on its arrival, although the clock that wrote its time may be wrong: by the least delay that readings of the
 * machine have had. As at the gateway (gateway/watch/silence/hearing.ts), what is old says that the machine was heard then, and not now.
 */
import type { DeviceClock } from '../../ports/machines.ts';

/** A reading that is older by this came late, or its clock was set back. */
const oldMs = 5 * 60_000;
/** How fast the least delay follows one that grows, as clocks drift apart. */
const lagShare = 1 / 64;
/** Readings closer together show nothing of a clock: they may be of one batch, or of its estimates. */
const apartMsMin = 1_000;

/**
 * The first reading of all counts as one of now, also of a recording that is played anew. `isBack`: the clock was put back, and its
 * times of before say nothing of now. @param timeMs the time of the reading
 */
export function clockAfter(
  known: DeviceClock | undefined,
  timeMs: number,
  nowMs: number,
): { clock: DeviceClock; ageMs: number; isBack: boolean } {
  const lagMs = nowMs - timeMs;
  const before = known ?? { lagMs };
  const ageMs = Math.max(0, lagMs - before.lagMs);
  if (ageMs <= oldMs || hasOtherClock(before, lagMs, nowMs)) {
    const isKnown = ageMs <= oldMs && lagMs >= before.lagMs;
    return {
      clock: { lagMs: isKnown ? before.lagMs + ageMs * lagShare : lagMs },
      ageMs: isKnown ? ageMs : 0,
      isBack: ageMs > oldMs,
    };
  }
  const isApart = before.old === undefined || nowMs - before.old.atMs >= apartMsMin;
  return { clock: { ...before, old: isApart ? { atMs: nowMs, lagMs } : before.old }, ageMs, isBack: false };
}

/** True if old readings come as fast as they were taken: what was kept comes faster. */
function hasOtherClock({ old }: DeviceClock, lagMs: number, nowMs: number): boolean {
  if (!old || nowMs - old.atMs < apartMsMin) return false;
  return Math.abs(lagMs - old.lagMs) <= (nowMs - old.atMs) / 2;
}
