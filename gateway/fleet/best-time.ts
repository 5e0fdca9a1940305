import type { Clock } from '../../shared/runtime/clock.ts';
import { durationText } from '../../shared/words/times.ts';

/** A clock that is moved by less is corrected, as clocks are. */
const movedMsMin = 60_000;

/**
 * The time by which documents end, on a computer whose clock may be unset or may jump. Once a cloud has said its time, that and the
 * running time count, and the own clock counts no more. Before that it is the own clock, unless that shows a time before
 * one that is known to have been: then the running time goes on from there. What was ended by a clock that turns out wrong is in
 * force again.
 */
export class BestTime {
  private readonly clock: Clock;
  /** A time that has been, as a cloud has said. */
  private readonly knownMs: number;
  private readonly beganMs: number;
  private readonly beganWallMs: number;
  private heardOf: { timeMs: number; atMs: number } | null = null;

  constructor(clock: Clock, knownMs: number) {
    this.clock = clock;
    this.knownMs = knownMs;
    this.beganMs = clock.monotonicMs();
    this.beganWallMs = clock.nowMs();
  }

  /** A cloud has said what time it is. */
  heard(timeMs: number): void {
    this.heardOf = { timeMs, atMs: this.clock.monotonicMs() };
  }

  nowMs(): number {
    const { clock, heardOf } = this;
    if (heardOf) return heardOf.timeMs + Math.floor(clock.monotonicMs() - heardOf.atMs);
    return this.isUnset ? this.knownMs + Math.floor(this.runningMs) : clock.nowMs();
  }

  /** A time that is known to have been: the cloud's only, because what the own clock shows may be wrong. */
  get provenMs(): number {
    return this.heardOf ? this.nowMs() : this.knownMs;
  }

  /** Why the time is not sure; null if it is. */
  get doubt(): string | null {
    if (this.heardOf) return null;
    if (this.isUnset)
      return 'its clock is not set, and it has not heard a cloud since its start: it counts on from the last time that it knew';
    const movedMs = this.clock.nowMs() - this.beganWallMs - this.runningMs;
    if (Math.abs(movedMs) < movedMsMin) return null;
    const way = movedMs > 0 ? 'forward' : 'back';
    return `its clock was moved ${way} by ${durationText(Math.abs(movedMs))}, and it has not heard a cloud since its start`;
  }

  private get isUnset(): boolean {
    return this.clock.nowMs() < this.knownMs;
  }

  private get runningMs(): number {
    return this.clock.monotonicMs() - this.beganMs;
  }
}
