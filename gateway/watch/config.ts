import { type Static, Type } from '@sinclair/typebox';
import { backendPreferences } from '../../shared/features/backend-names.ts';

export const IntelligenceConfig = Type.Object(
  {
    backend: Type.Union(
      backendPreferences.map((preference) => Type.Literal(preference)),
      {
        default: 'auto',
        description: 'auto: tfjs-node where it loads, WebAssembly otherwise, else plain JS',
      },
    ),
    artefactsDir: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'folder with one folder per model; those that come with the product if absent',
      }),
    ),
    machinesMax: Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      default: 20_000,
      description:
        'machines with a window in memory; above it one that was silent for a minute gives its window up, else new ones are not watched',
    }),
    intervalMsMin: Type.Integer({
      minimum: 0,
      maximum: 3_600_000,
      default: 200,
      description: "between two assessments of one machine; its type's step (up to 1 s) if that is longer",
    }),
    saveNormalsMs: Type.Integer({
      minimum: 100,
      maximum: 86_400_000,
      default: 600_000,
      description:
        'what was learnt of a machine is written about this often, if it is more than before; at a stop always',
    }),
    batchMax: Type.Integer({ minimum: 1, maximum: 1_024, default: 64, description: 'machines per decision' }),
    requestMsMax: Type.Integer({
      minimum: 10,
      maximum: 600_000,
      default: 5_000,
      description: 'a model worker that is silent for longer is taken for hung and replaced',
    }),
    restart: Type.Object(
      {
        firstMs: Type.Integer({ minimum: 1, default: 500 }),
        maxMs: Type.Integer({ minimum: 1, default: 60_000 }),
      },
      {
        additionalProperties: false,
        default: {},
        description: 'delay before a model worker is started again',
      },
    ),
  },
  { additionalProperties: false, default: {} },
);
export type IntelligenceConfig = Static<typeof IntelligenceConfig>;
