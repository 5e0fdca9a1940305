import type { DeadNotification } from '../../shared/notifications/queue.ts';

/** The operations on kept items for people and jobs. `Shown` is one item with its content. */
export interface KeptItems<Item extends { id: number }, Shown, Redriven extends object> {
  /** Newest first, at most `limit`, older than `beforeId`. Large items make a shorter page, of at least one. */
  list(query: { limit: number; beforeId?: number }): Promise<Item[]>;
  show(id: number): Promise<Shown | null>;
  redrive(which: number[] | 'all'): Promise<Redriven>;
  drop(which: number[] | 'all'): Promise<{ dropped: number }>;
}

export interface RedrivenNotices {
  redriven: number;
  /** Entries that stay in place, for `reasons`. */
  kept: number;
  reasons: string[];
}

/** Notifications of the gateway's own notifiers that are not attempted any more until somebody puts them back in the queue. */
export interface DeadNoticeAdmin {
  /** The newest first. */
  list(limit: number): DeadNotification[];
  /** Puts them back in their queues, by their keys; they keep these. */
  redrive(which: readonly string[] | 'all'): Promise<RedrivenNotices>;
}
