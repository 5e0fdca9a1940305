import { type Static, Type } from '@sinclair/typebox';

export const InfluxConfig = Type.Object({
  precision: Type.Optional(
    Type.Union([Type.Literal('ns'), Type.Literal('us'), Type.Literal('ms'), Type.Literal('s')], {
      description:
        'The unit of the times in lines, as a sender says it to InfluxDB beside them. Without it they are nanoseconds.',
      examples: ['s'],
    }),
  ),
});
export type InfluxConfig = Static<typeof InfluxConfig>;
