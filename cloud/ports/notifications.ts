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
