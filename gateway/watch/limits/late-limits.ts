import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { LimitState, PassedLimit } from '../../ports/decision.ts';
import type { ColumnBatch } from '../../ports/watch.ts';
import type { Running } from '../running/running.ts';
import type { MachineLimits } from './machine-limits.ts';

/** A machine that was not heard for longer than this, and than so many rows, may send later what it has measured meanwhile. */
const gapMsMin = 60_000;
const gapRows = 3;
/** So long after the last of them no more are expected, and readings of now say how it went on. */
const quietMs = 300_000;
/** Readings that wait are put into their order up to this number. */
const waitingMax = 4_096;

export interface LateMachine {
  readonly identity: { readonly type: MachineType };
  readonly window: { readonly newestMs: number; readonly paceMs: number | null };
  readonly running: Running | null;
  readonly limits: MachineLimits | null;
  late: LateLimits | null;
}

/** Makes limits for machines of a type. */
interface Plans {
  of(type: MachineType, running: Running | null): MachineLimits | null;
}

/**
 * The limits of one machine by readings that come after newer ones: a device has buffered, and sends what is new first, or between its
 * buffer. They are judged at their own times, apart from the limits of now, which they neither raise nor end. Only what lies in the
 * last time without readings counts: what is sent a second time was judged before.
 */
export class LateLimits {
  private fromMs: number;
  private readonly toMs: number;
  private limits: MachineLimits | null = null;
  private rows: { timeMs: number; values: Float32Array }[] = [];
  /** The newest reading when the last late one came. */
  private cameMs = Number.NEGATIVE_INFINITY;

  /** @param fromMs the last reading before that time, `toMs`: the first one after it */
  constructor(fromMs: number, toMs: number) {
    this.fromMs = fromMs;
    this.toMs = toMs;
  }

  /** True if what it has is to be judged. */
  get isDue(): boolean {
    return this.rows.some(({ timeMs }) => timeMs < this.toMs || timeMs - this.cameMs >= quietMs);
  }

  /** Takes a reading of that time. Returns false if it is of another one. */
  takes({ identity, running, window }: LateMachine, plans: Plans, batch: ColumnBatch, i: number): boolean {
    const timeMs = batch.timeMs[i]!;
    if (!(timeMs > this.fromMs && timeMs < this.toMs)) return false;
    this.limits ??= plans.of(identity.type, running);
    this.cameMs = window.newestMs;
    this.add(batch, i);
    return true;
  }

  /** Takes a reading that came after that time, which shows how it went on. */
  goesOn(batch: ColumnBatch, i: number): void {
    if (this.limits) this.add(batch, i);
  }

  /** Judges what has come, at a decision. Returns what was met and is over; limits that are met now may be so for longer. */
  judged(now: LimitState[]): PassedLimit[] {
    this.judge();
    if (!this.limits) return [];
    const { toMs } = this;
    const states = this.limits.list();
    for (const { sensor, met } of now) {
      const before = states.find((state) => state.sensor === sensor)?.met;
      if (met && before && met.sinceMs <= toMs && before.severity === met.severity)
        met.sinceMs = Math.min(met.sinceMs, before.sinceMs);
    }
    // The alert about what is met now has that.
    const passed = this.limits.takePassed(false);
    if (states.length === 0 && !this.isDue) this.end();
    return passed.filter(({ sensor }) => !now.some((state) => state.sensor === sensor && state.met));
  }

  private end(): void {
    this.limits = null;
    this.rows = [];
  }

  private add({ timeMs, offset, values }: ColumnBatch, i: number): void {
    this.rows.push({ timeMs: timeMs[i]!, values: values.slice(offset[i]!, offset[i + 1]!) });
    if (this.rows.length >= waitingMax) this.judge(true);
  }

  private judge(isAll = false): void {
    const { limits, rows, toMs, cameMs } = this;
    rows.sort((a, b) => a.timeMs - b.timeMs);
    const untilMs = isAll || (rows.at(-1)?.timeMs ?? 0) - cameMs >= quietMs ? Number.POSITIVE_INFINITY : toMs;
    for (const { timeMs, values } of rows) {
      if (timeMs >= untilMs) continue;
      limits?.take(values, 0, values.length, timeMs);
      if (timeMs < toMs) this.fromMs = Math.max(this.fromMs, timeMs);
    }
    this.rows = rows.filter(({ timeMs }) => timeMs >= untilMs);
  }
}

/** Notes a live reading before its machine's window takes it. Returns true if it is late, and worth a decision. */
export function noteLate(machine: LateMachine, plans: Plans, batch: ColumnBatch, i: number): boolean {
  const { window, late } = machine;
  const timeMs = batch.timeMs[i]!;
  if (timeMs < window.newestMs) return late?.takes(machine, plans, batch, i) ?? false;
  late?.goesOn(batch, i);
  const gapMs = timeMs - window.newestMs;
  const isGap = gapMs > Math.max(gapMsMin, gapRows * (window.paceMs ?? 0)) && Number.isFinite(gapMs);
  if (isGap) machine.late = new LateLimits(window.newestMs, timeMs);
  return false;
}
