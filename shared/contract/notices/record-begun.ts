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

/** With more open ones, a gateway says nothing of this. */
export const knownMax = 1_000;

/**
 * The open alerts of a record with which a gateway has started. It may be an older copy that was put back: what else its receiver has
 * as open, the gateway does not know of, and would never end.
 */
export const RecordKnown = Type.Object({
  record: Type.Union([Type.Literal('predictions'), Type.Literal('conditions')], {
    description: 'alerts about machines; alerts about the gateway itself',
  }),
  open: Type.Array(Type.String({ maxLength: 128 }), {
    maxItems: knownMax,
    description: 'the ids of those that are open: predictionId, conditionId',
  }),
});
export type RecordKnown = Static<typeof RecordKnown>;
