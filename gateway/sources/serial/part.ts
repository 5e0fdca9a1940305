import { sourcePart } from '../../ports/source.ts';
import { serialProblems } from './check.ts';
import { SerialConfig } from './config.ts';
import { SerialStatus, serialStatistics } from './statistics.ts';

export const serial = sourcePart({
  kind: 'serial',
  about: 'Devices on serial lines.',
  config: SerialConfig,
  statistics: serialStatistics,
  status: SerialStatus,
  check: serialProblems,
  create: async (config, deps) => (await import('./serial.ts')).createSerialSource(config, deps),
});
