/**
 * Running (gateway/watch/running): whether a machine runs, rests or has just started, from the sensor that its type names
 * for it. What follows from that is decided where readings are set aside.
 */
import type { MachineType } from '../../../shared/domain/machine-type.ts';

/** A machine that was not heard for this many steps, and this long, may have been at rest meanwhile. */
const unheardSteps = 10;
const unheardMsMin = 600_000;

/** How long a machine has run, ms, as counted up to a time of its readings. */
export interface RunningTime {
  ms: number;
  countedToMs: number;
}

/**
 * One machine. It rests while its sensor is not above the value that its type says, from the first such reading; it runs
 * from the first reading above, and settles for `settleMs` after that, as well as after it was not heard for long. A reading
 * without that sensor says nothing, and a machine of which nothing is known runs.
 */
export class Running {
  isResting: boolean;
  /** The time of the first reading at rest, ms since 1970; NaN while it runs, or if that was before a restart. */
  restsSinceMs = Number.NaN;
  /** How long it has run, as far as readings tell. */
  readonly ran: RunningTime;
  /** The latest report; null before the first one. */
  reported: { isResting: boolean; atMs: number } | null = null;
  private readonly above: number;
  private readonly sensor: string | null;
  /** How long it settles after a start. */
  readonly settleMs: number;
  private readonly unheardMs: number;
  /** −1 until the machine has such a sensor: open types get theirs one by one. */
  private column = -1;
  private newestMs = Number.NEGATIVE_INFINITY;
  private settlesFromMs = Number.NEGATIVE_INFINITY;

  private constructor(
    { runsWhen, settleMs = 0, stepMs }: MachineType,
    isResting: boolean,
    ran: RunningTime | null,
  ) {
    this.ran = ran ?? { ms: 0, countedToMs: Number.NEGATIVE_INFINITY };
    this.isResting = isResting && runsWhen !== undefined;
    this.sensor = runsWhen?.sensor ?? null;
    // Values are 32-bit floats, so they are compared as such.
    this.above = Math.fround(runsWhen?.above ?? 0);
    this.settleMs = settleMs;
    this.unheardMs = Math.max(unheardMsMin, unheardSteps * stepMs);
  }

  /**
   * Null if the type says neither when its machines run, nor that they settle. @param isResting whether it was at rest when it
   * was last heard, before a restart @param ran how long it had run then, and what is counted further; null: nothing is known
   */
  static of(type: MachineType, isResting = false, ran: RunningTime | null = null): Running | null {
    return type.runsWhen || type.settleMs ? new Running(type, isResting, ran) : null;
  }

  /** True if its type says when it runs, so that it can rest. */
  get mayRest(): boolean {
    return this.sensor !== null;
  }

  /**
   * Takes a reading: `values[from] … values[to - 1]`, one per column. Returns true if the machine rests or settles in it. An
   * older reading than the newest is judged by its own value, and changes nothing.
   */
  takes(type: MachineType, values: Float32Array, from: number, to: number, timeMs: number): boolean {
    const value = this.valueIn(type, values, from, to);
    const isAtRest = Number.isNaN(value) ? this.isResting : !(value > this.above);
    if (timeMs >= this.newestMs) {
      const wasUnheard =
        timeMs - this.newestMs > this.unheardMs && this.newestMs !== Number.NEGATIVE_INFINITY;
      if ((this.isResting && !isAtRest) || wasUnheard) this.settlesFromMs = timeMs;
      this.count(timeMs, wasUnheard);
      if (isAtRest !== this.isResting) this.restsSinceMs = isAtRest ? timeMs : Number.NaN;
      this.isResting = isAtRest;
      this.newestMs = timeMs;
    }
    return isAtRest || this.settlesAt(timeMs);
  }

  /** It was replaced: its running time begins anew. */
  begin(): void {
    this.ran.ms = 0;
  }

  /** True if no reading taken so far is newer. */
  isNewest(timeMs: number): boolean {
    return timeMs >= this.newestMs;
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

  private settlesAt(timeMs: number): boolean {
    return timeMs >= this.settlesFromMs && timeMs - this.settlesFromMs < this.settleMs;
  }

  private valueIn(type: MachineType, values: Float32Array, from: number, to: number): number {
    if (this.sensor === null) return Number.NaN;
    if (this.column < 0) this.column = type.sensors.findIndex(({ name }) => name === this.sensor);
    const at = from + this.column;
    return this.column < 0 || at >= to ? Number.NaN : values[at]!;
  }
}
