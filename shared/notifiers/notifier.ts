/**
 * Notifiers (shared/notifiers), which tell people or systems of alerts. A notifier is a folder here and a line in
 * notifiers.ts. It implements one protocol; queueing, retries, time limits and counting belong to its caller.
 */
import type { HarbingerEvent } from '../contract/events.ts';
import { partOf } from '../parts/part.ts';
import type { Reporting } from '../parts/statistics.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';

export type AlertChange = 'opened' | 'updated' | 'resolved';

/** One change of one alert, addressed to one notifier. */
export interface Notification {
  /**
   * `{alertId}/{change}/{eventId}/{notifier}`: unique, and the idempotency key by which receivers recognise a
   * duplicate.
   */
  key: string;
  notifier: string;
  change: AlertChange;
  event: HarbingerEvent;
  attempts: number;
  nextAttemptMs: number;
  lastError: string | null;
}

/** May report statistics that its kind declares. */
export interface Notifier extends Partial<Reporting> {
  readonly name: string;
  /**
   * Resolves when the receiver has confirmed. Stops soon after `signal` aborts. @throws HarbingerError NOTIFY_REFUSED
   * (final), NOTIFY_FAILED or RetryAfterError (`retry`: try again)
   */
  notify(notification: Notification, signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

export interface NotifierDeps {
  clock: Clock;
  log: Log;
}

export const notifierPart = partOf<NotifierDeps, Notifier>();
