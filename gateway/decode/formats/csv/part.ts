import { formatPart } from '../../../ports/decode.ts';
import { CsvConfig } from './config.ts';
import { createCsv } from './csv.ts';
import { csvStatistics } from './statistics.ts';

export const csv = formatPart({
  kind: 'csv',
  about: 'A line of values in a fixed order, such as 21.5,40.1.',
  config: CsvConfig,
  statistics: csvStatistics,
  create: createCsv,
});
