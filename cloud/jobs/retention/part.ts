import { cloudJobPart } from '../../ports/job.ts';
import { RetentionConfig, retentionProblems } from './config.ts';
import { RetentionStatus, retentionStatistics } from './statistics.ts';

export const retention = cloudJobPart({
  kind: 'retention',
  about: 'Deletes and thins what is old, and keeps the store within its bound.',
  config: RetentionConfig,
  statistics: retentionStatistics,
  status: RetentionStatus,
  check: retentionProblems,
  create: async (config, deps) => (await import('./retention.ts')).createRetention(config, deps),
});
