import { type Static, Type } from '@sinclair/typebox';
import { filePath } from '../../shared/config/schema/file-paths.ts';
import { plainName } from '../../shared/contract/topics.ts';

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
  },
  {
    additionalProperties: false,
    default: {},
    description: 'Which models may run here.',
  },
);
export type ModelsConfig = Static<typeof ModelsConfig>;
