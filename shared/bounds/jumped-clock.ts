import { type Clock, every, type Timer } from '../runtime/clock.ts';

/** A smaller step of the wall clock beside the running time corrects a clock that runs well. */
const jumpMsMin = 60_000;
/** A clock that shows its time for so long after a jump is believed. */
const confirmedAfterMs = 3_600_000;
const lookMs = 1_000;

/** A jump that was noticed, or its end. */
export type ClockJump = { kind: 'jumped' | 'back' | 'confirmed'; byMs: number };

/**
 * Remembers which time the wall clock would have if it had not jumped, until the jump is confirmed: by lasting for an hour. Until then
 * it is not known which of both is right. A clock that is back where it was has not jumped.
 */
export class JumpedClock {
  private readonly clock: Pick<Clock, 'nowMs' | 'monotonicMs' | 'setTimer' | 'isSet'>;
  private readonly tell: (jump: ClockJump) => void;
  /** Wall clock less running time: as it was last believed, and as it was last seen, with the running time since when. */
  private believedMs: number | null = null;
  private seenMs = 0;
  private seenSinceMs = 0;
  private toldMs = 0;
  private timer: Timer | null = null;

  constructor(clock: JumpedClock['clock'], tell: (jump: ClockJump) => void) {
    this.clock = clock;
    this.tell = tell;
    this.look();
  }

  start(): void {
    this.timer = every(this.clock as Clock, lookMs, () => this.look());
  }

  stop(): void {
    this.timer?.cancel();
  }

  /** By how much the clock has jumped; 0 if it has not, or if the jump is confirmed. */
  get byMs(): number {
    if (this.believedMs === null || this.clock.isSet?.() === false) return 0;
    const byMs = this.differenceMs() - this.believedMs;
    return Math.abs(byMs) < jumpMsMin ? 0 : byMs;
  }

  look(): void {
    const nowMs = this.clock.monotonicMs();
    const differenceMs = this.differenceMs();
    // The step of a clock that was not set is what was waited for.
    if (this.clock.isSet?.() === false) this.believedMs = null;
    else if (this.believedMs === null) this.believedMs = differenceMs;
    if (Math.abs(differenceMs - this.seenMs) >= jumpMsMin) this.seenSinceMs = nowMs;
    this.seenMs = differenceMs;
    const { byMs } = this;
    const isConfirmed = byMs !== 0 && nowMs - this.seenSinceMs >= confirmedAfterMs;
    if (this.believedMs !== null && (byMs === 0 || isConfirmed)) this.believedMs = differenceMs;
    this.say(byMs, isConfirmed);
  }

  private say(byMs: number, isConfirmed: boolean): void {
    const toldMs = this.toldMs;
    this.toldMs = isConfirmed ? 0 : byMs;
    if (isConfirmed) this.tell({ kind: 'confirmed', byMs });
    else if (byMs === 0 && toldMs !== 0) this.tell({ kind: 'back', byMs: toldMs });
    else if (Math.abs(byMs - toldMs) >= jumpMsMin) this.tell({ kind: 'jumped', byMs });
  }

  private differenceMs(): number {
    return this.clock.nowMs() - this.clock.monotonicMs();
  }
}
