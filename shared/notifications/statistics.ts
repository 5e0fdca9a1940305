import { declareStatistics, type Reporter } from '../parts/statistics.ts';
import type { NotificationQueue } from './queue.ts';

/** Statistics that the runner counts. */
export const attemptStatistics = declareStatistics({
  harbinger_notifications_total: {
    type: 'counter',
    help: 'Attempts to notify, by outcome',
    labels: ['notifier', 'outcome'],
  },
});

/** Statistics of any queue of notifications. */
export const waitingStatistics = declareStatistics({
  harbinger_notifications_waiting: {
    type: 'gauge',
    help: 'Notifications not confirmed yet',
    labels: ['notifier'],
  },
  harbinger_notifications_summed_up: {
    type: 'gauge',
    help: 'Alerts that could not be told one by one and wait to be told in a digest',
    labels: ['notifier'],
  },
});

export const queueStatistics = declareStatistics({
  ...waitingStatistics,
  harbinger_notifications_dead: { type: 'gauge', help: 'Notifications given up, kept for redriving' },
});

/** @param names of the configured notifiers: each has a series, even if nothing waits for it */
export function queueReporter(
  queue: Pick<NotificationQueue, 'waiting' | 'summedUp'> & { deadCount(): number },
  names: readonly string[],
): Reporter {
  return {
    statistics: queueStatistics,
    samples() {
      const waiting = queue.waiting();
      const summedUp = queue.summedUp();
      return {
        harbinger_notifications_waiting: names.map((notifier) => ({
          value: waiting.get(notifier) ?? 0,
          labels: { notifier },
        })),
        harbinger_notifications_summed_up: names.map((notifier) => ({
          value: summedUp.get(notifier) ?? 0,
          labels: { notifier },
        })),
        harbinger_notifications_dead: queue.deadCount(),
      };
    },
    status: () => ({
      notifications: {
        waiting: Object.fromEntries(queue.waiting()),
        summedUp: Object.fromEntries(queue.summedUp()),
        dead: queue.deadCount(),
      },
    }),
    summary: () => ({}),
  };
}
