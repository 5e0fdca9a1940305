/** Resends quarantined lines to the store, and dead notifications to their receivers, on a person's request. */
import type { Clock } from '../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../shared/runtime/errors.ts';
import type { DeadNotifications } from './ports/notifications.ts';
import type { Page, PageQuery } from './ports/page.ts';
import type { Quarantined, QuarantineEntries } from './ports/quarantine.ts';
import type { NotificationAdmin, QuarantineAdmin, Redriven } from './ports/redrive.ts';

/** Shorter than HTTP clients wait for an answer. A further request redrives what is left. */
const timeMsMax = 40_000;
const pageSize = 500;
const reasonsMax = 20;

export interface RedriveDeps {
  quarantine: QuarantineEntries;
  deadNotifications: DeadNotifications;
  /**
   * Stores the lines of an entry; lines that are refused again become a new entry. Throws HarbingerError, whose `retry`
   * says whether the store might accept them later.
   */
  storeAgain(entry: Quarantined, body: Buffer, signal: AbortSignal): Promise<void>;
  clock: Clock;
  /** Names of the configured notifiers. */
  notifiers: readonly string[];
}

/** @throws HarbingerError REDRIVE_BUSY (retry), and whatever keeps the store from taking lines at all (retry) */
export class Redrive {
  readonly quarantine: QuarantineAdmin;
  readonly notifications: NotificationAdmin;
  private readonly deps: RedriveDeps;
  private readonly stopping = new AbortController();
  private running: Promise<unknown> | null = null;

  constructor(deps: RedriveDeps) {
    this.deps = deps;
    const { quarantine, deadNotifications } = deps;
    this.quarantine = {
      list: (query) => quarantine.page(query),
      show: (id) => quarantine.get(id),
      redrive: (which) =>
        this.run(
          which === 'all'
            ? keysOf(
                (query) => quarantine.page(query),
                (entry) => entry.id,
              )
            : which,
          (id) => this.redriveEntry(id),
        ),
    };
    this.notifications = {
      list: (query) => deadNotifications.dead(query),
      redrive: (which) =>
        this.run(
          which === 'all'
            ? keysOf(
                (query) => deadNotifications.dead(query),
                (dead) => dead.notification.key,
              )
            : which,
          (key) => this.redriveNotification(key),
        ),
    };
  }

  /** Aborts a redrive in progress. Nothing is lost: entries that it has not finished stay in place. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running?.catch(() => {});
  }

  /** Only one redrive runs at a time, because two of the same entries would store or queue them twice. */
  private run<K>(keys: readonly K[], redrive: (key: K) => Promise<void>): Promise<Redriven> {
    if (this.running) {
      const message = 'another redrive is in progress; try again when it has finished';
      return Promise.reject(new HarbingerError('REDRIVE_BUSY', 'api', message, { retry: true }));
    }
    const running = this.each(keys, redrive).finally(() => {
      this.running = null;
    });
    this.running = running;
    return running;
  }

  private async each<K>(keys: readonly K[], redrive: (key: K) => Promise<void>): Promise<Redriven> {
    const { clock } = this.deps;
    const untilMs = clock.monotonicMs() + timeMsMax;
    const outcome: Redriven = { redriven: 0, kept: 0, left: 0, reasons: [] };
    for (const [i, key] of keys.entries()) {
      if (this.stopping.signal.aborted || clock.monotonicMs() >= untilMs) {
        outcome.left = keys.length - i;
        break;
      }
      try {
        await redrive(key);
        outcome.redriven++;
      } catch (error) {
        if (!(error instanceof HarbingerError) || error.retry) throw error;
        outcome.kept++;
        if (outcome.reasons.length < reasonsMax) outcome.reasons.push(messageOf(error));
      }
    }
    return outcome;
  }

  /**
   * Removes the entry only after its lines are stored or in a new entry. After a crash in between it is still there;
   * storing its lines again leaves one copy.
   */
  private async redriveEntry(id: number): Promise<void> {
    const { quarantine, storeAgain } = this.deps;
    const found = quarantine.get(id);
    if (!found) throw unknown(`quarantined entry ${id}`);
    await storeAgain(found.entry, found.body, this.stopping.signal);
    await quarantine.remove(id);
  }

  private async redriveNotification(key: string): Promise<void> {
    const { deadNotifications, notifiers } = this.deps;
    // A notification for a notifier that is no longer configured would never be sent.
    const isConfigured = notifiers.includes(key.slice(key.lastIndexOf('/') + 1));
    const redriven = isConfigured && (await deadNotifications.redrive(key));
    if (!redriven) throw unknown(`dead notification '${key.slice(0, 200)}' of a notifier that is configured`);
  }
}

/** The keys of all entries of a list, oldest first. */
function keysOf<T, K>(page: (query: PageQuery) => Page<T>, keyOf: (item: T) => K): K[] {
  const keys: K[] = [];
  for (let before: string | null | undefined; before !== null; ) {
    const { items, next } = page({ limit: pageSize, ...(before !== undefined && { before }) });
    keys.push(...items.map(keyOf));
    before = next;
  }
  return keys.reverse();
}

function unknown(what: string): HarbingerError {
  return new HarbingerError('REDRIVE_UNKNOWN', 'api', `there is no ${what}`);
}
