/** Whether the gateway takes readings at the moment: while it does not, no machine can be heard. */
import type { Clock } from '../shared/runtime/clock.ts';
import type { DataStatus } from './pipeline/status.ts';
import type { ColumnBatch } from './ports/watch.ts';

/** A message that waits longer than this for its acknowledgement is being held up. */
const waitMsMax = 1_000;
/** Senders that were refused come again within this time. */
const againMsMax = 30_000;

interface TakingDeps {
  data: {
    /** For how long the oldest message has been waiting for its acknowledgement, ms; 0 if none does. */
    readonly waitingMs: number;
  };
  /** The latest answer of the data thread; null if it does not answer. */
  status(): Pick<DataStatus, 'journalTrouble'> | null;
  clock: Clock;
}

/**
 * Readings are not taken while the journal cannot be written, the data thread does not answer, or messages wait; and after that,
 * until readings arrive again, or senders have had time to come again.
 */
export class TakingReadings {
  private readonly deps: TakingDeps;
  private troubledMs = Number.NEGATIVE_INFINITY;
  /** The status is asked for last at a start. */
  private hasStatus = false;

  constructor(deps: TakingDeps) {
    this.deps = deps;
  }

  /** Rows have come that are on the disk. Those of the journal, and batches that only say what has changed, prove nothing. */
  arrived({ replay, machineIndex }: Pick<ColumnBatch, 'replay' | 'machineIndex'>): void {
    if (!replay && machineIndex.length > 0) this.troubledMs = Number.NEGATIVE_INFINITY;
  }

  get isTaking(): boolean {
    const { data, status, clock } = this.deps;
    const nowMs = clock.monotonicMs();
    const latest = status();
    if (latest !== null) this.hasStatus = true;
    const isUnanswered = latest === null && this.hasStatus;
    const isUnwritable = latest !== null && latest.journalTrouble !== null;
    if (isUnanswered || isUnwritable || data.waitingMs > waitMsMax) this.troubledMs = nowMs;
    return nowMs - this.troubledMs > againMsMax;
  }
}
