/**
 * Notifications (shared/notifications): who is told of a change of an alert (recipients), and how it reaches them (the
 * runner), in the cloud and at a gateway. Each side keeps its own queue; protocols are in shared/notifiers.
 */
import type { Notification } from '../notifiers/notifier.ts';

/** A notification that is not attempted any more, because its receiver refused it or never confirmed it. */
export interface DeadNotification {
  notification: Notification;
  atMs: number;
  reason: string;
}

/**
 * The queue of notifications that are due. They are durable, and bounded for each notifier: when there are too many, the
 * alert of the oldest one is told by a digest of the notifier, with all that are summed up there. They are first in, first
 * out for each notifier; what is about one machine stays in order (owed/machine-order.ts).
 */
export interface NotificationQueue {
  /** The notification to send to `notifier` now; if none is due, when the next one will be (null: none waits). */
  next(notifier: string, nowMs: number): { due: Notification } | { due: null; atMs: number | null };
  /** Records that the receiver has it, so that it is never sent again. */
  confirm(notification: Notification): Promise<void>;
  retryAt(notification: Notification, atMs: number, reason: string): Promise<void>;
  /**
   * Moves it to the dead notifications. If it was `unanswered`, its alert is told by the notifier's digest too, whenever the
   * receiver answers again; what it has refused is not.
   */
  giveUp(notification: Notification, reason: string, why: 'refused' | 'unanswered'): Promise<void>;
  /** Number of waiting notifications by notifier, without digests; notifiers with none are absent. */
  waiting(): Map<string, number>;
  /** Number of alerts that wait to be told in a digest, by notifier. */
  summedUp(): Map<string, number>;
  /**
   * Calls `listener` with a notifier's name after something was queued for it. Returns a function that unsubscribes.
   */
  onQueued(listener: (notifier: string) => void): () => void;
}
