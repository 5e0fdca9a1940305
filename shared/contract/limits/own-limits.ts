import { type Static, Type } from '@sinclair/typebox';

const Limit = (description: string) => Type.Optional(Type.Number({ description }));

/** All limits of one sensor; those that are absent are none, whatever the type declares. */
export const OwnLimits = Type.Object(
  {
    warn: Limit(
      'warning at or above it; at or below it where alarm is below warn, which can be set only where the machine type has it so',
    ),
    alarm: Limit(
      'critical at or above it; at or below it where alarm is below warn, which can be set only where the machine type has it so',
    ),
    warnLow: Limit('warning at or below it'),
    alarmLow: Limit('critical at or below it'),
    deadBand: Type.Optional(
      Type.Number({ minimum: 0, description: 'how far back inside a value must be to count as returned' }),
    ),
  },
  { additionalProperties: false },
);
export type OwnLimits = Static<typeof OwnLimits>;
