/**
 * Running (gateway/watch/running): whether a machine runs, rests or has just started, from the sensor that its type names
 * for it, or from what was learnt of it. What follows from that is decided where readings are set aside.
 */
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { ClockSteps } from '../device-clock/clock-steps.ts';
import { ApparentStart } from './apparent-start.ts';
import { LearntRest, type LearntSensor } from './learnt-rest.ts';
import { DeclaredRest, type RestSign } from './rest-sign.ts';

/** A machine that was not heard for this many steps, and this long, may have been at rest meanwhile. */
const unheardSteps = 10;
const unheardMsMin = 600_000;
/** A pause of at most this many times the one before is the machine's way of sending. */
const pauseFactor = 3;

/** After so many old readings from the journal, the machine's clock was put back. */
const clockRows = 30;

/** How long a machine has run, ms, as counted up to a time of its readings. */
export interface RunningTime {
  ms: number;
  countedToMs: number;
}

/**
 * One machine. It rests while its sensor is not above the value that its type says, from the first such reading; it runs
 * from the first reading above, and settles for `settleMs` after that, as well as after it was not heard for long. A reading
 * without that sensor says nothing, and a machine of which nothing is known runs. One whose rest was learnt rests once all of the
 * sensors by which that was learnt have been low for minutes, and runs from the first reading in which one is not. Where its type does
 * not say when it runs, it settles after what looks like a start, too.
 */
export class Running {
  isResting: boolean;
  /** The time of the first reading at rest, ms since 1970; NaN while it runs, or if that was before a restart. */
  restsSinceMs = Number.NaN;
  /** How long it has run, as far as readings tell. */
  readonly ran: RunningTime;
  /** The latest report; null before the first one. */
  reported: { isResting: boolean; settlesToMs: number | null; atMs: number } | null = null;
  /** Null if its type does not say when it runs, and it was not learnt. */
  readonly sign: RestSign | null;
  /** How long it settles after a start. */
  readonly settleMs: number;
  private readonly unheardMs: number;
  /** Null if it does not settle, or its type says when it runs. */
  private readonly start: ApparentStart | null;
  private readonly clock = new ClockSteps(clockRows);
  private newestMs = Number.NEGATIVE_INFINITY;
  /** Time between the two newest readings; NaN before there are two. */
  private pauseMs = Number.NaN;
  private settlesFromMs = Number.NEGATIVE_INFINITY;

  private constructor(
    { settleMs = 0, stepMs }: MachineType,
    sign: RestSign | null,
    isResting: boolean,
    ran: RunningTime | null,
  ) {
    this.ran = ran ?? { ms: 0, countedToMs: Number.NEGATIVE_INFINITY };
    this.sign = sign;
    this.isResting = isResting && sign !== null;
    this.settleMs = settleMs;
    this.unheardMs = Math.max(unheardMsMin, unheardSteps * stepMs);
    this.start = settleMs > 0 && !(sign instanceof DeclaredRest) ? new ApparentStart(stepMs) : null;
  }

  /**
   * Null if the type says neither when its machines run, nor that they settle, and nothing was learnt. @param isResting whether it
   * was at rest when it was last heard, before a restart @param ran how long it had run then, and what is counted further; null:
   * nothing is known @param learnt by which sensors it rests, where its type does not say it
   */
  static of(
    type: MachineType,
    isResting = false,
    ran: RunningTime | null = null,
    learnt: readonly LearntSensor[] | null = null,
  ): Running | null {
    const { runsWhen, settleMs, stepMs } = type;
    if (runsWhen) return new Running(type, new DeclaredRest(runsWhen), isResting, ran);
    if (learnt) return new Running(type, new LearntRest(learnt, stepMs), isResting, ran);
    return settleMs ? new Running(type, null, isResting, ran) : null;
  }

  /** True if it is known when it rests. */
  get mayRest(): boolean {
    return this.sign !== null;
  }

  /**
   * Takes a reading: `values[from] … values[to - 1]`, one per column. Returns true if the machine rests or settles in it. An
   * older reading than the newest is judged by its own value, and changes nothing.
   */
  takes(type: MachineType, values: Float32Array, from: number, to: number, timeMs: number): boolean {
    const isNewest = timeMs >= this.newestMs;
    const isAtRest = this.isRestIn(type, values, from, to, timeMs, isNewest);
    if (isNewest) {
      const wasUnheard = this.wasUnheardFor(timeMs - this.newestMs);
      const starts = this.start?.takes(values, from, to, timeMs) ?? false;
      if ((this.isResting && !isAtRest) || wasUnheard || starts) this.settlesFromMs = timeMs;
      this.count(timeMs, wasUnheard);
      if (isAtRest !== this.isResting)
        this.restsSinceMs = isAtRest ? (this.sign?.sinceMs ?? timeMs) : Number.NaN;
      this.isResting = isAtRest;
      this.newestMs = timeMs;
    }
    return isAtRest || this.settlesAt(timeMs);
  }

  /** To be called before each reading is taken. What was before goes on once the machine's clock was put back. */
  arrives(timeMs: number, arrivedMs?: number): void {
    const { clock } = this;
    if (clock.takes(timeMs, arrivedMs) !== 'back') return;
    const { backMs } = clock;
    this.newestMs -= backMs;
    this.settlesFromMs -= backMs;
    this.restsSinceMs -= backMs;
    this.ran.countedToMs -= backMs;
    this.sign?.back(backMs);
    this.start?.forget();
  }

  /** It was replaced: its running time begins anew. */
  begin(): void {
    this.ran.ms = 0;
  }

  /** True if no reading taken so far is newer. */
  isNewest(timeMs: number): boolean {
    return timeMs >= this.newestMs;
  }

  private wasUnheardFor(pauseMs: number): boolean {
    if (!Number.isFinite(pauseMs)) return false;
    const isUsual = pauseMs <= pauseFactor * this.pauseMs;
    this.pauseMs = pauseMs;
    return pauseMs > this.unheardMs && !isUsual;
  }

  /** Counts the time since the reading before, if the machine ran then. What is read again after a restart counts once. */
  private count(timeMs: number, wasUnheard: boolean): void {
    const { ran } = this;
    if (timeMs <= ran.countedToMs) return;
    const fromMs = Math.max(this.newestMs, ran.countedToMs);
    if (!this.isResting && !wasUnheard && this.newestMs !== Number.NEGATIVE_INFINITY)
      ran.ms += timeMs - fromMs;
    ran.countedToMs = timeMs;
  }

  /** Until when it settles that was read last; null if it does not. */
  settlesToMs(timeMs: number): number | null {
    return !this.isResting && this.settlesAt(timeMs) ? this.settlesFromMs + this.settleMs : null;
  }

  private settlesAt(timeMs: number): boolean {
    return timeMs >= this.settlesFromMs && timeMs - this.settlesFromMs < this.settleMs;
  }

  private isRestIn(
    type: MachineType,
    values: Float32Array,
    from: number,
    to: number,
    timeMs: number,
    isNewest: boolean,
  ): boolean {
    const { sign, isResting } = this;
    if (sign === null) return isResting;
    return isNewest || sign.judgesLate ? sign.isAtRest(type, values, from, to, timeMs, isResting) : isResting;
  }
}
