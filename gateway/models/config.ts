import { type Static, Type } from '@sinclair/typebox';
import { filePath } from '../../shared/config/schema/file-paths.ts';
import { plainName } from '../../shared/contract/topics.ts';
import { bundleBytesMax } from '../../shared/model/trust/bundle.ts';

const ModelKey = Type.Object(
  {
    name: Type.String({
      ...plainName,
      description: 'What the key is called here, in records and on lists.',
      examples: ['site'],
    }),
    publicKey: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 4_096,
        description: 'The public key in base64, as `harbinger models keys create` prints it.',
        examples: ['MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE='],
      }),
    ),
    publicKeyFile: Type.Optional(
      Type.String({
        ...filePath,
        description: 'In place of publicKey: a file with it, in base64 or PEM.',
        examples: ['/etc/harbinger/site.pub'],
      }),
    ),
  },
  { additionalProperties: false },
);
export type ModelKey = Static<typeof ModelKey>;

export const ModelsConfig = Type.Object(
  {
    keys: Type.Array(ModelKey, {
      default: [],
      maxItems: 100,
      description:
        'Keys whose models may run here, beside the models that come with the product. A model that none of them has signed does not run.',
    }),
    downloadBytesPerS: Type.Integer({
      minimum: 1_000,
      maximum: 1_000_000_000,
      default: 250_000,
      description: 'How fast a model is fetched from the cloud at most, so that readings go first.',
    }),
    downloadBytesMax: Type.Integer({
      minimum: 100_000,
      maximum: bundleBytesMax,
      default: 16 << 20,
      description: 'The most that a model from the cloud may have; larger ones are refused.',
    }),
    downloadsMax: Type.Integer({
      minimum: 1,
      maximum: 1_000,
      default: 8,
      description:
        'Models from the cloud that are kept on the disk. Above it those go that were unused for the longest time, but none that is in use.',
    }),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'Which models may run here, and how they are fetched from the cloud.',
  },
);
export type ModelsConfig = Static<typeof ModelsConfig>;
