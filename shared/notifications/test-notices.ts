import { newEvent } from '../contract/envelope.ts';
import type { HarbingerEvent } from '../contract/events.ts';
import type { AlertNotification } from '../notifiers/notifier.ts';
import { notificationKey } from './notification-key.ts';

const reason =
  'This is a test that a person has asked for: whoever reads it is told of alerts. Nothing has to be done.';

/**
 * Notifications that try whether a receiver is reached: an opening, and its end at once, since some receivers keep what is open.
 * @param id unique for each test
 */
export function testNotices(
  notifier: string,
  id: string,
  { nowMs, by }: { nowMs: number; by: string },
): AlertNotification[] {
  return (['opened', 'resolved'] as const).map((change) => {
    const event = eventOf(change, `test-${id}`, nowMs, by);
    const key = notificationKey({ gateway: '', alertId: `test-${id}`, change, eventId: event.id, notifier });
    return { key, notifier, change, event, attempts: 0, nextAttemptMs: 0, lastError: null };
  });
}

function eventOf(change: 'opened' | 'resolved', id: string, nowMs: number, by: string): HarbingerEvent {
  const about = { gateway: null, id: `${id}/${change}`, timeMs: nowMs };
  return newEvent(`io.harbinger.condition.${change}.v1`, about, {
    conditionId: id,
    condition: 'notification-test',
    about: { kind: 'cloud', name: 'cloud' },
    severity: 'warning',
    reasons: [by === '' ? reason : `${reason} (${by})`],
    since: new Date(nowMs).toISOString(),
  });
}
