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

/** Names in one event; with more open alerts, a gateway sends the parts of its record instead. */
export const knownMax = 1_000;
/** With more of them, a gateway sends none. */
export const partsMax = 200;

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

/**
 * A part of what a record of a gateway holds at its start, where one event cannot name all of it: what its receiver has in this range of
 * names, and is not in the list, the gateway does not know of. Each part is complete in itself.
 */
export const RecordPart = Type.Object({
  record: RecordBegun.properties.record,
  after: Type.String({ maxLength: 260, description: 'the range begins behind this name' }),
  upTo: Type.Union([Type.String({ maxLength: 260 }), Type.Null()], {
    description: 'and ends with this one; null: with the last there is',
  }),
  names: Type.Array(Type.String({ maxLength: 260 }), {
    maxItems: knownMax,
    description:
      'in ascending order of UTF-16 code units: predictionId, conditionId, `site/machine` with limits of its own, windowId of a window that is not over',
  }),
});
export type RecordPart = Static<typeof RecordPart>;
