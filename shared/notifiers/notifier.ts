/**
 * The seam of notifiers: everything that tells somebody of an alert. A notifier is a folder here and a line in
 * notifiers.ts. It knows one protocol; queueing, retries, time limits and counting belong to whoever runs it.
 */
import type { HarbingerEvent } from '../contract/events.ts';
import { partOf } from '../parts/part.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';

export type AlertChange = 'opened' | 'updated' | 'resolved';

/** One change of one alert, due to one notifier. */
export interface Notification {
  /** `{alertId}/{change}/{eventId}/{notifier}`: unique, and the idempotency key by which receivers recognise a repeat. */
  key: string;
  notifier: string;
  change: AlertChange;
  event: HarbingerEvent;
  attempts: number;
  nextAttemptMs: number;
  lastError: string | null;
}

export interface Notifier {
  readonly name: string;
  /**
   * Resolves when the receiver has confirmed. Ends soon after `signal` aborts.
   * @throws HarbingerError NOTIFY_REFUSED (for good), NOTIFY_FAILED or RetryAfterError (`retry`: try again)
   */
  notify(notification: Notification, signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

export interface NotifierDeps {
  clock: Clock;
  log: Log;
}

export const notifierPart = partOf<NotifierDeps, Notifier>();
