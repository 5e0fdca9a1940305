/**
 * Everything that the gateway reports about itself: `/api/status`, `/metrics` and the reference of metrics are derived
 * from it.
 */
import { Type } from '@sinclair/typebox';
import { conditionsReport } from '../shared/conditions/statistics.ts';
import { heartbeatReport } from '../shared/heartbeat/statistics.ts';
import { jobSeam } from '../shared/jobs/job.ts';
import { jobsReport } from '../shared/jobs/statistics.ts';
import { dataFolderReport } from '../shared/parts/data-folder-report.ts';
import { type Seam, statisticsOfSeam, statusOfSeam } from '../shared/parts/seam.ts';
import { reportOf, type StatisticDeclarations } from '../shared/parts/statistics.ts';
import { decisionSeam } from './decisions/create-decisions.ts';
import { decisionsReport } from './decisions/statistics.ts';
import { formats } from './decode/formats/formats.ts';
import { fleetReport } from './fleet/statistics.ts';
import { jobs } from './jobs/jobs.ts';
import { modelsReport } from './models/versions/statistics.ts';
import { dataReports } from './pipeline/status.ts';
import { siteNoticesReport } from './site-notices/statistics.ts';
import { siteTopicsReport } from './site-topics/statistics.ts';
import { sources } from './sources/sources.ts';
import { watchReport } from './watch/statistics.ts';

export const clockReport = reportOf<{ clockSet: boolean }>()({
  name: 'Clock',
  statistics: {
    harbinger_clock_set: { type: 'gauge', help: '0 while the system clock is evidently not set' },
  },
  status: {
    clockSet: Type.Boolean({
      description: 'false: time continues from the newest known one, see the log',
    }),
  },
  samples: ({ clockSet }) => ({ harbinger_clock_set: clockSet ? 1 : 0 }),
});

const rooms = [
  ...dataReports,
  watchReport,
  decisionsReport,
  jobsReport,
  dataFolderReport,
  clockReport,
  conditionsReport,
  heartbeatReport,
  siteTopicsReport,
  siteNoticesReport,
  fleetReport,
  modelsReport,
];

export const sourceSeam: Seam = { heading: 'Source', parts: sources };
export const formatSeam: Seam = { heading: 'Format', parts: formats, group: 'formats' };
const seams = [sourceSeam, formatSeam, decisionSeam, jobSeam(jobs)];

/** Every metric of the gateway, by the room or part that reports it. */
export const gatewayStatistics: readonly { name: string; statistics: StatisticDeclarations }[] = [
  ...statisticsOfSeam(sourceSeam),
  ...rooms,
  ...statisticsOfSeam(formatSeam),
  ...statisticsOfSeam(decisionSeam),
  ...statisticsOfSeam(jobSeam(jobs)),
].filter(({ statistics }) => Object.keys(statistics).length > 0);

/** The properties that rooms and seams add to the status, one object for each. */
export const statusProperties = [...rooms.map(({ status }) => status), ...seams.map(statusOfSeam)];

/** The answer of `GET /api/status`, as far as its schema is stable. It has more, for people. */
export const GatewayStatus = Type.Object(
  {
    gateway: Type.String(),
    pending: Type.Integer({ description: 'messages on their way to the disk' }),
    ...Object.assign({}, ...statusProperties),
  },
  { additionalProperties: true },
);
