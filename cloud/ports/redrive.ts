/** Sending again what could not be stored or delivered, on a person's request. */
import type { DeadNotification } from './notifications.ts';
import type { Page, PageQuery } from './page.ts';
import type { Quarantined } from './quarantine.ts';

/** The outcome of a redrive, in numbers of entries. */
export interface Redriven {
  redriven: number;
  /** Entries that stay where they were, for `reasons` (the first of them). */
  kept: number;
  /** Entries that were not reached in the time one request may take. */
  left: number;
  reasons: string[];
}

/** Lines that the store did not take. */
export interface QuarantineAdmin {
  list(query: PageQuery): Page<Quarantined>;
  show(id: number): { entry: Quarantined; body: Buffer } | null;
  redrive(which: readonly number[] | 'all'): Promise<Redriven>;
}

/** Notifications that could not be delivered and will not be tried again by themselves. */
export interface NotificationAdmin {
  list(query: PageQuery): Page<DeadNotification>;
  redrive(which: readonly string[] | 'all'): Promise<Redriven>;
}
