import { gatewayJobPart } from '../../ports/job.ts';
import { RetentionConfig } from './config.ts';

export const retention = gatewayJobPart({
  kind: 'retention',
  about: 'Drops dead letters that are older than deadLetters.ageDaysMax.',
  config: RetentionConfig,
  create: async (_config, deps) => (await import('./retention.ts')).createRetention(deps),
});
