import { type Static, Type } from '@sinclair/typebox';

/**
 * A gateway begins a record without the one of before: it is new, or the record is lost. What it said by that record before
 * does not hold any more, and it will never end it. What is still so it says again, after this event and as something new.
 */
export const RecordBegun = Type.Object({
  record: Type.Union(
    [
      Type.Literal('predictions'),
      Type.Literal('conditions'),
      Type.Literal('limits'),
      Type.Literal('maintenance'),
    ],
    {
      description:
        'alerts about machines; alerts about the gateway itself; limits of single machines; maintenance windows',
    },
  ),
});
export type RecordBegun = Static<typeof RecordBegun>;
