/** Sends again what was put aside: quarantined lines to the store, dead notifications to their receivers. */
import type { Clock } from '../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../shared/runtime/errors.ts';
import type { NotificationAdmin, QuarantineAdmin, Redriven } from './api/context.ts';
import type { Ingest } from './ingest/ingest.ts';
import type { StoredOperations } from './operations/operations.ts';
import type { Page, PageQuery } from './ports.ts';

/** Less than what callers wait for an answer. What is left then is for the next time. */
const timeMsMax = 40_000;
const pageSize = 500;
const reasonsMax = 20;

export interface RedriveDeps {
  operations: StoredOperations;
  ingest: Pick<Ingest, 'redrive'>;
  clock: Clock;
  /** Notifiers that are configured. */
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
    const { operations } = deps;
    const { notifications } = operations;
    this.quarantine = {
      show: (id) => operations.quarantinedEntry(id),
      redrive: (which) =>
        this.run(
          which === 'all'
            ? idsOf(
                (query) => operations.quarantined(query),
                (entry) => entry.id,
              )
            : which,
          (id) => this.redriveEntry(id),
        ),
    };
    this.notifications = {
      list: (query) => notifications.dead(query),
      redrive: (which) =>
        this.run(
          which === 'all'
            ? idsOf(
                (query) => notifications.dead(query),
                (dead) => dead.notification.key,
              )
            : which,
          (key) => this.redriveNotification(key),
        ),
    };
  }

  /** Gives up what is under way; nothing is lost by it. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running?.catch(() => {});
  }

  /** One at a time: entries are taken out while another redrive would still put them in. */
  private run<K>(keys: readonly K[], redrive: (key: K) => Promise<void>): Promise<Redriven> {
    if (this.running) {
      const message = 'something is being redriven already; try again when that is done';
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

  /** Taken out only after its lines are stored, or are in quarantine anew: a crash in between redrives it again. */
  private async redriveEntry(id: number): Promise<void> {
    const { operations, ingest } = this.deps;
    const found = operations.quarantinedEntry(id);
    if (!found) throw unknown(`quarantined entry ${id}`);
    await ingest.redrive(found.entry, found.body, this.stopping.signal);
    await operations.removeQuarantined(id);
  }

  private async redriveNotification(key: string): Promise<void> {
    const { operations, notifiers } = this.deps;
    // Nobody would send what waits for a notifier that there is no more.
    const isSent = notifiers.includes(key.slice(key.lastIndexOf('/') + 1));
    const redriven = isSent && (await operations.notifications.redrive(key));
    if (!redriven) throw unknown(`dead notification '${key.slice(0, 200)}' of a notifier that is configured`);
  }
}

/** Oldest first. */
function idsOf<T, K>(page: (query: PageQuery) => Page<T>, keyOf: (item: T) => K): K[] {
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
