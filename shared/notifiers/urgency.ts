import { createHash } from 'node:crypto';
import { alertSaid, contentOf } from '../contract/alert-content.ts';
import type { AlertEvent } from '../contract/events.ts';
import type { Notification } from './notifier.ts';

export type Urgency = 'critical' | 'warning' | 'over';

/** How loud a notification is for its reader: a machine that has failed still needs somebody when its alert is over. */
export function urgencyOf({ change, event }: Notification): Urgency {
  if (change === 'digest') {
    const { open, critical } = event.data;
    return critical > 0 ? 'critical' : open > 0 ? 'warning' : 'over';
  }
  const { data } = event as AlertEvent;
  const isFirst = 'until' in data && data.until !== undefined;
  if (change !== 'resolved' || isFirst) return alertSaid(contentOf(data)).severity;
  return 'outcome' in data && data.outcome === 'failed' ? 'critical' : 'over';
}

/** For receivers that keep a state: an alert that has ended is over there, also where its machine has failed. */
export function isOver(notification: Notification): boolean {
  return notification.change === 'resolved' || urgencyOf(notification) === 'over';
}

/** The same for all changes of one alert, and for all digests of a notifier: 32 hexadecimal digits. */
export function alertKeyOf({ key, change, notifier }: Notification): string {
  const [alert = ''] = key.split('/');
  const subject = change === 'digest' ? `digest of ${notifier}` : alert;
  return createHash('sha256').update(subject).digest('hex').slice(0, 32);
}

/** Truncates to at most `bytesMax` bytes of UTF-8, without splitting a character. */
export function cutText(text: string, bytesMax: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= bytesMax) return text;
  const mark = '…';
  const kept = bytes.subarray(0, bytesMax - Buffer.byteLength(mark)).toString();
  return `${kept.replace(/\uFFFD+$/, '')}${mark}`;
}
