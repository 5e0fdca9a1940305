import { type Static, Type } from '@sinclair/typebox';
import { filePath } from '../../shared/config/schema/file-paths.ts';
import { backendPreferences } from '../../shared/model/backend-names.ts';

export const WatchConfig = Type.Object(
  {
    backend: Type.Union(
      backendPreferences.map((preference) => Type.Literal(preference)),
      {
        default: 'auto',
        description:
          'What runs the models. auto: tfjs-node where it can be loaded, otherwise WebAssembly, otherwise plain JavaScript.',
      },
    ),
    artefactsDir: Type.Optional(
      Type.String({
        ...filePath,
        description: 'A folder with one folder for each model, in place of those that come with the product.',
        examples: ['/etc/harbinger/models'],
      }),
    ),
    machinesMax: Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      default: 20_000,
      description:
        'Machines of one sender (a user of the broker, or a client or serial port without one) that are watched at once. Where several have some, each has no more than it leaves to the others, of twice as many. Above it, one of its own that was silent for a minute makes room for a new one; where there is none, new ones are not watched, which is logged.',
    }),
    intervalMsMin: Type.Integer({
      minimum: 0,
      maximum: 3_600_000,
      default: 200,
      description:
        'The shortest time between two assessments of one machine; the step of its type (up to 1 s) where that is longer.',
    }),
    saveNormalsMs: Type.Integer({
      minimum: 100,
      maximum: 86_400_000,
      default: 600_000,
      description:
        'How often what was learnt of machines is written to disk, where it has changed; at a stop it always is.',
    }),
    silentAfterMsMin: Type.Integer({
      minimum: 1_000,
      maximum: 86_400_000,
      default: 60_000,
      description:
        'A machine that is unheard for a shorter time than this is not called silent, however fast it usually sends. A machine type may say its own time (silentAfterMs).',
    }),
    silentAfterMsMax: Type.Integer({
      minimum: 1_000,
      maximum: 604_800_000,
      default: 86_400_000,
      description:
        'A machine that is unheard for longer than this is silent, however slowly it usually sends, unless its type says another time.',
    }),
    batchMax: Type.Integer({
      minimum: 1,
      maximum: 1_024,
      default: 64,
      description: 'Machines that a model assesses in one go.',
    }),
    requestMsMax: Type.Integer({
      minimum: 10,
      maximum: 600_000,
      default: 5_000,
      description: 'A model worker that does not answer for longer is taken for hung, and replaced.',
    }),
    restart: Type.Object(
      {
        firstMs: Type.Integer({
          minimum: 1,
          default: 500,
          description: 'The wait before the first restart; it doubles each time.',
        }),
        maxMs: Type.Integer({ minimum: 1, default: 60_000, description: 'The longest wait.' }),
      },
      {
        additionalProperties: false,
        default: {},
        description: 'How long a failed model worker is left alone before it is started again.',
      },
    ),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'How machines are watched: models, windows, baselines.',
  },
);
export type WatchConfig = Static<typeof WatchConfig>;
