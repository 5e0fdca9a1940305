import { type Static, Type } from '@sinclair/typebox';
import { filePath } from '../../../shared/config/schema/file-paths.ts';
import { commonStoreSettings } from '../settings.ts';

export const EmbeddedConfig = Type.Object(
  {
    path: Type.Optional(
      Type.String({
        ...filePath,
        description: 'The database file, if not telemetry.duckdb in the data folder.',
        examples: ['/var/lib/harbinger/telemetry.duckdb'],
      }),
    ),
    memoryMiBMax: Type.Integer({ minimum: 64, default: 512, description: 'Memory for its buffers.' }),
    threads: Type.Integer({
      minimum: 1,
      maximum: 64,
      default: 2,
      description: 'Threads that a query may use.',
    }),
    ...commonStoreSettings,
  },
  { additionalProperties: false },
);
export type EmbeddedConfig = Static<typeof EmbeddedConfig>;
