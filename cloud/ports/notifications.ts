/** Notifications that were given up. What is due is in the queue, and delivered by shared/notifications. */
import type { DeadNotification } from '../../shared/notifications/queue.ts';
import type { Page, PageQuery } from './page.ts';

/** Notifications that are not attempted any more until somebody puts them back in the queue. */
export interface DeadNotifications {
  dead(query: PageQuery): Page<DeadNotification>;
  /** Puts one back in the queue with no attempts counted. False if there is none with this key. */
  redrive(key: string): Promise<boolean>;
  deadCount(): number;
}

/** A notifier, how its attempts have gone, and how much waits for it. */
export interface NotifierState {
  name: string;
  /** When its receiver confirmed last, in ms since 1970; null if it has not since the start. */
  confirmedMs: number | null;
  /** Since when each attempt has failed; null if the latest did not. */
  failingSinceMs: number | null;
  lastError: string | null;
  waiting: number;
  /** Alerts that wait to be told in a digest. */
  summedUp: number;
}

/** The notifiers of the configuration. */
export interface Notifiers {
  states(): NotifierState[];
  /** Sends a test, and resolves when its receiver has confirmed. @throws HarbingerError */
  test(name: string, by: string): Promise<void>;
}
