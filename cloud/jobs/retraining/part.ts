import { cloudJobPart } from '../../ports/job.ts';
import { RetrainingConfig, retrainingProblems } from './config.ts';
import { RetrainingStatus, retrainingStatistics } from './statistics.ts';

export const retraining = cloudJobPart({
  kind: 'retraining',
  about: 'Trains models anew by what the cloud has stored, in a process of its own; off by default.',
  config: RetrainingConfig,
  statistics: retrainingStatistics,
  status: RetrainingStatus,
  check: retrainingProblems,
  create: async (config, deps) => (await import('./retraining.ts')).createRetraining(config, deps),
});
