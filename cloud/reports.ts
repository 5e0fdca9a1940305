/** Every metric of the cloud by the room or part that reports it, for the reference and its checks. */
import { notifiers } from '../shared/notifiers/notifiers.ts';
import { dataFolderReport } from '../shared/parts/data-folder-report.ts';
import type { StatisticDeclarations } from '../shared/parts/statistics.ts';
import { attemptStatistics, queueStatistics } from './alerts/statistics.ts';
import { apiStatistics } from './api/metrics.ts';
import { quarantineReport } from './operations/quarantine.ts';
import { receiveStatistics } from './receive/metrics.ts';
import { sinkStatistics } from './sink/metrics.ts';
import { stores } from './store/stores.ts';

export const cloudStatistics: readonly { name: string; statistics: StatisticDeclarations }[] = [
  { name: 'Receiving', statistics: receiveStatistics },
  { name: 'Storing', statistics: sinkStatistics },
  quarantineReport,
  { name: 'Notifications', statistics: { ...queueStatistics, ...attemptStatistics } },
  ...notifiers.map(({ kind, statistics = {} }) => ({ name: `Notifier \`${kind}\``, statistics })),
  ...stores.map(({ kind, statistics = {} }) => ({ name: `Store \`${kind}\``, statistics })),
  { name: 'API', statistics: apiStatistics },
  dataFolderReport,
].filter(({ statistics }) => Object.keys(statistics).length > 0);
