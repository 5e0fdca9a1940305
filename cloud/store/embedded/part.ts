import { join } from 'node:path';
import { storePart } from '../../ports/store.ts';
import { EmbeddedConfig } from './config.ts';
import { embeddedStatistics } from './statistics.ts';

export const embedded = storePart({
  kind: 'embedded',
  about: 'DuckDB in a file of the data folder.',
  config: EmbeddedConfig,
  statistics: embeddedStatistics,
  async create({ path, memoryMiBMax, threads, timeoutMs }, { dataDir, ...deps }) {
    const { createEmbeddedStore } = await import('./embedded-store.ts');
    const file = path ?? join(dataDir, 'telemetry.duckdb');
    return createEmbeddedStore({ path: file, memoryMiBMax, threads, timeoutMs }, deps);
  },
});
