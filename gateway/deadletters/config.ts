import { type Static, Type } from '@sinclair/typebox';

export const DeadLettersConfig = Type.Object(
  {
    countMax: Type.Integer({
      minimum: 1,
      default: 100_000,
      description:
        'Dead letters that are kept; above it the user, client and topic that has most loses its oldest.',
    }),
    bytesMax: Type.Integer({
      minimum: 1_024,
      default: 64 << 20,
      description: 'Space for them; above it the user, client and topic that has most loses its oldest.',
    }),
    ageDaysMax: Type.Number({
      exclusiveMinimum: 0,
      default: 90,
      description:
        'How long they are kept; older ones are dropped by the job retention. A jump of the clock has to last for a day before it counts.',
    }),
  },
  {
    additionalProperties: false,
    default: {},
    description:
      'Messages that could not become readings. They are kept with the reason, to be looked at and sent again.',
  },
);
export type DeadLettersConfig = Static<typeof DeadLettersConfig>;
