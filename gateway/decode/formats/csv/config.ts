import { type Static, Type } from '@sinclair/typebox';

export const CsvConfig = Type.Object({
  columns: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
    minItems: 1,
    maxItems: 512,
    description:
      'The sensors that the values of a line belong to, in their order; ts, seq and id are time and identity, - skips a value.',
    examples: [['temperature', 'humidity']],
  }),
});
export type CsvConfig = Static<typeof CsvConfig>;
