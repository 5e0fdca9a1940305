import { type TProperties, Type } from '@sinclair/typebox';

/** The table `[conditions]` of a side. @param names the names of its conditions @param more its own settings */
export function conditionsTable<const P extends TProperties>(names: readonly string[], more: P) {
  return Type.Object(
    {
      off: Type.Array(Type.Union(names.map((name) => Type.Literal(name))), {
        default: [],
        description: `Conditions of Harbinger itself that are not told: ${names.join(', ')}.`,
        examples: [['clock']],
      }),
      diskFreePercentMin: Type.Number({
        minimum: 0,
        maximum: 100,
        default: 5,
        description:
          'An alert is raised when less of the data folder’s disk is free, or less than 500 MB; below a fifth of it, or 100 MB, it is critical.',
      }),
      ...more,
    },
    {
      additionalProperties: false,
      default: {},
      description: 'Alerts about Harbinger itself.',
    },
  );
}
