import { formatPart } from '../../../ports/decode.ts';
import { mappedProblems } from './check.ts';
import { MappedConfig } from './config.ts';
import { createMapped } from './mapped.ts';
import { mappedStatistics } from './statistics.ts';

export const mapped = formatPart({
  kind: 'mapped',
  about:
    'JSON or a plain value, by a mapping that says which field or topic level is which machine, sensor, unit and time.',
  config: MappedConfig,
  statistics: mappedStatistics,
  check: mappedProblems,
  create: createMapped,
});
