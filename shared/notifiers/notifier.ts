/**
 * Notifiers (shared/notifiers), which tell people or systems of alerts. A notifier is a folder here and a line in
 * notifiers.ts. It implements one protocol; queueing, retries, time limits and counting belong to its caller.
 */
import type { HarbingerEvent } from '../contract/events.ts';
import { partOf } from '../parts/part.ts';
import type { Reporting } from '../parts/statistics.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { DigestEvent } from './digest.ts';

export type AlertChange = 'opened' | 'updated' | 'resolved';

interface Queued {
  /**
   * `{gateway}~{alertId}/{change}/{eventId}/{notifier}`, without gateway for what the cloud reports itself: unique, and the idempotency key by which receivers recognise a
   * duplicate.
   */
  key: string;
  notifier: string;
  attempts: number;
  nextAttemptMs: number;
  lastError: string | null;
}

/** One change of one alert, addressed to one notifier. */
export interface AlertNotification extends Queued {
  change: AlertChange;
  event: HarbingerEvent;
}

/** The sum of the alerts of which a notifier could not be told one by one. Its key has the form of the others. */
export interface DigestNotification extends Queued {
  change: 'digest';
  event: DigestEvent;
}

export type Notification = AlertNotification | DigestNotification;

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
  /** The address under which people open the page, for links to what an alert is about; absent if it is not known. */
  publicUrl?: string | undefined;
  /** The address of a page on which the alert is acknowledged; absent if nobody can do that. */
  acknowledgeLink?: (notification: AlertNotification) => string | undefined;
  clock: Clock;
  log: Log;
}

export const notifierPart = partOf<NotifierDeps, Notifier>();
