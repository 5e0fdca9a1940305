/** Everything that the cloud reports about itself: `/metrics`, its reference, and what rooms and parts add to its status. */
import type { TProperties } from '@sinclair/typebox';
import { conditionsReport } from '../shared/conditions/statistics.ts';
import { heartbeatReport } from '../shared/heartbeat/statistics.ts';
import { jobSeam } from '../shared/jobs/job.ts';
import { jobsReport } from '../shared/jobs/statistics.ts';
import { attemptStatistics, queueStatistics } from '../shared/notifications/statistics.ts';
import { notifiers } from '../shared/notifiers/notifiers.ts';
import { dataFolderReport } from '../shared/parts/data-folder-report.ts';
import { type Seam, statisticsOfSeam, statusOfSeam } from '../shared/parts/seam.ts';
import type { StatisticDeclarations } from '../shared/parts/statistics.ts';
import { apiStatistics } from './api/metrics.ts';
import { jobs } from './jobs/jobs.ts';
import { quarantineReport } from './operations/quarantine/quarantine.ts';
import { quotaReport } from './operations/quota-report.ts';
import { receiveStatistics } from './receive/metrics.ts';
import { restoredReport } from './restored.ts';
import { sinkStatistics } from './sink/metrics.ts';
import { stores } from './store/stores.ts';
import { unknownTypesReport } from './unknown-types.ts';

export const notifierSeam: Seam = { heading: 'Notifier', parts: notifiers, group: 'notifiers' };
export const storeSeam: Seam = { heading: 'Store', parts: stores, group: 'stores' };

/** Every metric of the cloud, by the room or part that reports it. */
export const cloudStatistics: readonly { name: string; statistics: StatisticDeclarations }[] = [
  { name: 'Receiving', statistics: receiveStatistics },
  { name: 'Storing', statistics: sinkStatistics },
  quarantineReport,
  quotaReport,
  { name: 'Notifications', statistics: { ...queueStatistics, ...attemptStatistics } },
  ...statisticsOfSeam(notifierSeam),
  ...statisticsOfSeam(storeSeam),
  jobsReport,
  ...statisticsOfSeam(jobSeam(jobs)),
  { name: 'API', statistics: apiStatistics },
  dataFolderReport,
  restoredReport,
  conditionsReport,
  heartbeatReport,
].filter(({ statistics }) => Object.keys(statistics).length > 0);

/** The properties that rooms and parts add to the answer of `GET /api/status`, as far as their schema is stable. */
export const cloudStatus: TProperties = Object.assign(
  {},
  quarantineReport.status,
  quotaReport.status,
  dataFolderReport.status,
  restoredReport.status,
  conditionsReport.status,
  heartbeatReport.status,
  unknownTypesReport.status,
  jobsReport.status,
  ...[notifierSeam, storeSeam, jobSeam(jobs)].map(statusOfSeam),
);

/** `fullDataDir`: the data folder, if its disk is full. */
export function readiness(
  keeper: { readonly healthy: boolean },
  trouble: string | null,
  fullDataDir: string | null,
): { ready: boolean; reasons: string[] } {
  const reasons = keeper.healthy
    ? []
    : [
        'the telemetry store does not answer or does not accept writes; gateways keep the readings that they cannot send',
      ];
  if (trouble !== null) reasons.push(`${trouble}; gateways keep what cannot be stored`);
  if (fullDataDir !== null)
    reasons.push(
      `the disk of ${fullDataDir} is full; free some space there; gateways keep what cannot be stored`,
    );
  return { ready: reasons.length === 0, reasons };
}
