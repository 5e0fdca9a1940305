import { sourcePart } from '../../ports/source.ts';
import { sparkplugFileProblems, sparkplugProblems } from './check.ts';
import { SparkplugConfig } from './config.ts';
import { SparkplugStatus, sparkplugStatistics } from './statistics.ts';

export const sparkplug = sourcePart({
  kind: 'sparkplug',
  about: 'Sparkplug B edge nodes at a broker, as their host.',
  config: SparkplugConfig,
  statistics: sparkplugStatistics,
  status: SparkplugStatus,
  check: sparkplugProblems,
  checkFiles: sparkplugFileProblems,
  create: async (config, deps) => (await import('./sparkplug.ts')).createSparkplug(config, deps),
});
