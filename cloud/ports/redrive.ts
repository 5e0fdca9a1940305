/** Redrive: resending, on a person's request, what could not be stored or delivered. */
import type { DeadNotification } from '../../shared/notifications/queue.ts';
import type { Page, PageQuery } from './page.ts';
import type { Quarantined } from './quarantine.ts';

/** The outcome of a redrive, in numbers of entries. */
export interface Redriven {
  redriven: number;
  /** Entries that stay in place, for `reasons` (the first of them). */
  kept: number;
  /** Entries that were not reached within the time limit of one request. */
  left: number;
  reasons: string[];
}

/** Quarantined lines, which the store did not accept. */
export interface QuarantineAdmin {
  list(query: PageQuery): Page<Quarantined>;
  show(id: number): { entry: Quarantined; body: Buffer } | null;
  redrive(which: readonly number[] | 'all'): Promise<Redriven>;
}

/** Notifications that could not be delivered and are not attempted any more by themselves. */
export interface NotificationAdmin {
  list(query: PageQuery): Page<DeadNotification>;
  redrive(which: readonly string[] | 'all'): Promise<Redriven>;
}
