import { Type } from '@sinclair/typebox';
import { attemptStatistics, waitingStatistics } from '../../shared/notifications/statistics.ts';
import { reportOf } from '../../shared/parts/statistics.ts';

export interface SiteNoticesStats {
  notifiers: {
    name: string;
    /** Alerts of which a change waits to be told. */
    waiting: number;
    /** Alerts that wait to be told in a digest. */
    summedUp: number;
    /** Attempts since the start, by outcome. */
    confirmed: number;
    retried: number;
    dead: number;
  }[];
}

const Count = Type.Integer({ minimum: 0 });
const outcomes = ['confirmed', 'retried', 'dead'] as const;

export const siteNoticesReport = reportOf<{ siteNotices: SiteNoticesStats }>()({
  name: 'Site notices',
  statistics: {
    ...attemptStatistics,
    ...waitingStatistics,
  },
  status: {
    siteNotices: Type.Object(
      {
        notifiers: Type.Array(
          Type.Object(
            {
              name: Type.String(),
              waiting: Count,
              summedUp: Count,
              confirmed: Count,
              retried: Count,
              dead: Count,
            },
            { additionalProperties: true },
          ),
        ),
      },
      { additionalProperties: true, description: 'what this gateway tells people itself' },
    ),
  },
  samples({ siteNotices: { notifiers } }) {
    return {
      harbinger_notifications_total: notifiers.flatMap(({ name, ...counts }) =>
        outcomes.map((outcome) => ({ value: counts[outcome], labels: { notifier: name, outcome } })),
      ),
      harbinger_notifications_waiting: notifiers.map(({ name, waiting }) => ({
        value: waiting,
        labels: { notifier: name },
      })),
      harbinger_notifications_summed_up: notifiers.map(({ name, summedUp }) => ({
        value: summedUp,
        labels: { notifier: name },
      })),
    };
  },
});
