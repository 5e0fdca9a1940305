import { type Static, Type } from '@sinclair/typebox';

export const DeadLettersConfig = Type.Object(
  {
    countMax: Type.Integer({
      minimum: 1,
      default: 100_000,
      description: 'Dead letters that are kept; above it the oldest is dropped.',
    }),
    bytesMax: Type.Integer({
      minimum: 1_024,
      default: 64 << 20,
      description: 'Space for their payloads; above it the oldest are dropped.',
    }),
    ageDaysMax: Type.Number({
      exclusiveMinimum: 0,
      default: 90,
      description: 'Older ones are dropped by the job retention.',
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
