import type { Clock } from '../../../shared/runtime/clock.ts';
import type { ColumnBatch } from '../../ports/watch.ts';
import type { ClockStep, ClockSteps } from '../device-clock/clock-steps.ts';
import type { MachineLimits } from '../limits/machine-limits.ts';
import { LateNotes } from './late-notes.ts';
import { type Gap, LateReadings } from './late-readings.ts';
import { LogRoom } from './reading-log.ts';

/** A machine that was not heard for longer than this, and than so many rows, may send later what it has measured meanwhile. */
const gapMsMin = 60_000;
const gapRows = 3;
/** How often it is looked whether what came late is to be judged. */
const lookMs = 1_000;
/** The readings of all machines that wait, or may be needed for those that come late, take so much memory. */
const bytesMax = 16 * 1024 * 1024;

export interface LateMachine {
  readonly window: { readonly clock: ClockSteps; readonly paceMs: number | null };
  readonly key: string;
  limits: MachineLimits | null;
  late: LateReadings | null;
}

/** The first sensor of which a reading has a value; 0 if it has none. */
function firstColumn({ offset, values }: ColumnBatch, i: number): number {
  const [from, to] = [offset[i]!, offset[i + 1]!];
  for (let at = from; at < to; at++) if (!Number.isNaN(values[at]!)) return at - from;
  return 0;
}

/** The late readings of all machines, and when they are judged. */
export class LateBooks<T extends LateMachine> {
  private readonly room = new LogRoom(bytesMax);
  private readonly waiting = new Set<T>();
  private readonly notes: LateNotes;
  private lookAtMs = Number.POSITIVE_INFINITY;

  constructor({ lateNotes, clock }: { lateNotes?: LateNotes; clock: Clock }) {
    this.notes = lateNotes ?? new LateNotes(clock);
  }

  /**
   * To be called first for each reading that is judged. Returns what its time says, and sets it to the time at which it is judged.
   * @param nowMs monotonic @param wallMs the gateway's time of day
   */
  arrives(machine: T, batch: ColumnBatch, i: number, nowMs: number, wallMs: number): ClockStep {
    const { timeMs, replay } = batch;
    const { clock } = machine.window;
    const column = firstColumn(batch, i);
    if (!replay && clock.goesOnSoon(timeMs[i]!, nowMs, column, gapMsMin)) {
      timeMs[i] = clock.atMs;
      return 'on';
    }
    const { newestMs: beforeMs, newestAtMs } = clock;
    const isKnown = !replay || this.notes.waited(machine.key, batch.block);
    const step = clock.takes(timeMs[i]!, isKnown ? nowMs : undefined, column);
    const isNewest = clock.newestMs > beforeMs;
    if (step === 'on') timeMs[i] = clock.atMs;
    if (step === 'back') {
      // By their number alone, as in the journal's tail, readings may as well be what a device had kept and sent the newest first.
      if (isKnown) machine.limits?.shift(clock.backMs);
      this.forget(machine);
    } else if (step === 'on' && isNewest && !replay) {
      // The first that comes after it need not be its last one; nor after a start, before which nothing could arrive.
      const unheardMs = Number.isNaN(newestAtMs) ? wallMs - beforeMs : nowMs - newestAtMs;
      const gapMs = Math.max(timeMs[i]! - beforeMs, unheardMs);
      if (gapMs > gapMsMin) this.noteGap(machine, gapMs, { fromMs: beforeMs, toMs: timeMs[i]! }, nowMs);
    }
    return step;
  }

  /**
   * Takes a reading that is judged, before its machine's limits do: a live one, or a late one that waited when the gateway ended. Returns
   * true if one waits from now on.
   */
  takes(machine: T, batch: ColumnBatch, i: number, step: ClockStep, nowMs: number): boolean {
    if (batch.replay && (step !== 'late' || !this.notes.waited(machine.key, batch.block))) return false;
    // Another device of the machine has gone on, so that there was no gap.
    if (step === 'late' && machine.late === null && machine.limits)
      this.begin(machine, machine.limits, null, nowMs);
    const { late } = machine;
    if (late === null) return false;
    if (batch.replay) late.isAgain = true;
    if (step !== 'late') late.goesOn(batch, i, nowMs, machine.window.clock.hasSeveral);
    else if (late.takesLate(batch, i, nowMs)) return this.wait(machine, batch.block, nowMs);
    return false;
  }

  /** Judges what is due. Returns the machines that have news. */
  judgeDue(nowMs: number): readonly T[] {
    if (nowMs < this.lookAtMs) return [];
    const judged: T[] = [];
    for (const machine of this.waiting) {
      const { late, limits } = machine;
      if (late?.isWaiting && !late.isDue(nowMs)) continue;
      if (late?.isWaiting && limits) {
        machine.limits = late.judge(limits, nowMs);
        if (machine.limits.isNews) judged.push(machine);
      }
      if (!late?.isWaiting) this.isJudged(machine);
    }
    this.lookAtMs = this.waiting.size > 0 ? nowMs + lookMs : Number.POSITIVE_INFINITY;
    return judged;
  }

  /** When to look again, monotonic; null if nothing waits. */
  nextMs(): number | null {
    return this.waiting.size > 0 ? this.lookAtMs : null;
  }

  /** Forgets what has come of the machine. */
  forget(machine: T): void {
    machine.late?.end();
    machine.late = null;
    this.isJudged(machine);
  }

  private isJudged(machine: T): void {
    if (this.waiting.delete(machine)) this.notes.judged(machine.key);
  }

  private wait(machine: T, block: ColumnBatch['block'], nowMs: number): boolean {
    if (!this.waiting.has(machine)) this.notes.waits(machine.key, block);
    this.waiting.add(machine);
    if (this.lookAtMs < Number.POSITIVE_INFINITY) return false;
    this.lookAtMs = nowMs + lookMs;
    return true;
  }

  /** @param gapMs for how long it was not heard, by its readings or by their arrival */
  private noteGap(machine: T, gapMs: number, gap: Gap, nowMs: number): void {
    const { late, limits, window } = machine;
    if (limits === null || gapMs <= Math.max(gapMsMin, gapRows * (window.paceMs ?? 0))) return;
    if (late && (late.isWaiting || (!late.isApart && late.isExpected(nowMs)))) return;
    this.begin(machine, limits, gap, nowMs);
  }

  private begin(machine: T, limits: MachineLimits, gap: Gap | null, nowMs: number): void {
    machine.late?.end();
    machine.late = new LateReadings(limits, gap, this.room, nowMs);
    // Limits that are met now are known, or about to be told.
    if (!gap) machine.late.hears(limits.list(), [], machine.window.clock.newestMs);
  }
}
