import { gatewayJobPart } from '../../ports/job.ts';
import { StatisticsConfig } from './config.ts';

export const statistics = gatewayJobPart({
  kind: 'statistics',
  about: 'Logs the gateway’s statistics in one line.',
  config: StatisticsConfig,
  create: async (_config, deps) => (await import('./statistics.ts')).createStatistics(deps),
});
