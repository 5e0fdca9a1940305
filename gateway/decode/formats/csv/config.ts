import { type Static, Type } from '@sinclair/typebox';

export const CsvConfig = Type.Object({
  columns: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
    minItems: 1,
    maxItems: 512,
    description:
      'The sensors that the values of a line belong to, in their order; ts, seq and id are time and identity, - skips a value.',
    examples: [['temperature', 'humidity']],
  }),
  decimal: Type.Optional(
    Type.Union([Type.Literal('.'), Type.Literal(',')], {
      description:
        'The decimal mark. Without it, the mark follows from the values; one that could be two numbers, such as 1.000 where no other value has a decimal mark, is refused.',
      examples: [','],
    }),
  ),
});
export type CsvConfig = Static<typeof CsvConfig>;
