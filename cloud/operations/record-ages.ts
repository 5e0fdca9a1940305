import { SettledTime, spanForAge } from '../../shared/bounds/settled-time.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { RecordKind, RecordOutcome, RecordRetention } from '../ports/retention/record-retention.ts';
import type { OperationsConfig } from './config.ts';
import type { Store, Table } from './database.ts';

/** Entries that are removed in one transaction. */
const entriesAtOnce = 1_000;
const dayMs = 86_400_000;

/** A list whose entries have the time at which they were added. */
export interface AgedList {
  /** A function for each entry that was added before `beforeMs`, oldest first, which removes it. Call it inside a transaction. */
  old(added: AddedBefore): Iterable<() => void>;
}

export interface AddedBefore {
  beforeMs: number;
  /** Stands for the time of entries that have none, because an earlier version has added them. */
  unstampedMs: number;
}

export const daysOf = (config: OperationsConfig): Record<RecordKind, number> => ({
  alertsResolved: config.alertsResolvedDaysMax,
  audit: config.auditDaysMax,
  deadNotifications: config.deadNotificationsDaysMax,
  decisions: config.decisionsDaysMax,
  events: config.eventsDaysMax,
  outcomes: config.outcomesDaysMax,
  quarantine: config.quarantineDaysMax,
});

/**
 * The time of entries, and their deletion by age. No jump of the clock deletes anything: both follow a SettledTime, which
 * is kept in the database.
 */
export class RecordAges implements RecordRetention {
  private readonly time: SettledTime;
  private readonly kept: Table<unknown>;
  private readonly days: Record<RecordKind, number>;
  private readonly transaction: <T>(change: () => T) => Promise<T>;
  private lists: Partial<Record<RecordKind, AgedList>> = {};

  constructor(
    store: Store,
    config: OperationsConfig,
    deps: { clock: Clock; transaction: <T>(change: () => T) => Promise<T> },
  ) {
    this.days = daysOf(config);
    this.transaction = deps.transaction;
    this.kept = store.table('ages');
    const shortest = Math.min(10, ...Object.values(this.days).filter((days) => days > 0));
    this.time = new SettledTime(deps.clock, spanForAge(shortest * dayMs), this.kept.get('time'));
  }

  /** The lists are made after this, because they ask it for the time. */
  watch(lists: Record<RecordKind, AgedList>): void {
    this.lists = lists;
  }

  /** The time of an entry that is added now, in ms since 1970: the latest that it may be. */
  readonly stampMs = (): number => this.time.atMostMs;

  get clockWaitsMs(): number {
    return this.time.waitsMs;
  }

  async deleteOld({
    isDryRun,
    signal,
  }: {
    isDryRun: boolean;
    signal: AbortSignal;
  }): Promise<RecordOutcome[]> {
    const nowMs = this.time.atLeastMs;
    if (!isDryRun) await this.keep(nowMs);
    if (!Number.isFinite(nowMs)) return [];
    const unstampedMs = Number(this.kept.get('sinceMs') ?? nowMs);
    const outcomes: RecordOutcome[] = [];
    for (const [kind, list] of Object.entries(this.lists) as [RecordKind, AgedList][]) {
      if (this.days[kind] === 0) continue;
      const added = { beforeMs: nowMs - this.days[kind] * dayMs, unstampedMs };
      const deleted = isDryRun ? countOf(list.old(added)) : await this.deleteOf(list, added, signal);
      if (deleted > 0) outcomes.push({ kind, deleted });
    }
    return outcomes;
  }

  private async deleteOf(list: AgedList, added: AddedBefore, signal: AbortSignal): Promise<number> {
    let deleted = 0;
    for (let count = entriesAtOnce; count === entriesAtOnce && !signal.aborted; deleted += count) {
      count = await this.transaction(() => {
        const removals = firstOf(list.old(added), entriesAtOnce);
        for (const remove of removals) remove();
        return removals.length;
      });
    }
    return deleted;
  }

  /** Keeps what is known of the time, and from when on entries without a time are aged. */
  private keep(nowMs: number): Promise<void> {
    return this.transaction(() => {
      this.kept.put('time', this.time.saved());
      if (Number.isFinite(nowMs) && this.kept.get('sinceMs') === undefined) this.kept.put('sinceMs', nowMs);
    });
  }
}

function firstOf<T>(items: Iterable<T>, count: number): T[] {
  const first: T[] = [];
  for (const item of items) {
    if (first.length === count) break;
    first.push(item);
  }
  return first;
}

function countOf(items: Iterable<unknown>): number {
  let count = 0;
  for (const _ of items) count++;
  return count;
}
