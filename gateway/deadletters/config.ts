import { type Static, Type } from '@sinclair/typebox';

export const DeadLettersConfig = Type.Object(
  {
    countMax: Type.Integer({ minimum: 1, default: 100_000 }),
    bytesMax: Type.Integer({ minimum: 1_024, default: 64 << 20 }),
    ageDaysMax: Type.Number({
      exclusiveMinimum: 0,
      default: 90,
      description: 'older ones are dropped by the retention job',
    }),
  },
  { additionalProperties: false, default: {} },
);
export type DeadLettersConfig = Static<typeof DeadLettersConfig>;
