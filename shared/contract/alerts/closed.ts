/** The closing of an alert by a person, as events about it carry it. */
import { type Static, Type } from '@sinclair/typebox';
import { plainName } from '../topics.ts';

export const closedLimits = { byLengthMax: 64, reasonLengthMax: 300, groupsMax: 50 } as const;

export const Closed = Type.Object(
  {
    by: Type.String({
      maxLength: closedLimits.byLengthMax,
      description: 'who has closed it; empty if not said',
    }),
    reason: Type.String({ maxLength: closedLimits.reasonLengthMax }),
    severity: Type.Union([Type.Literal('warning'), Type.Literal('critical')], {
      description: 'how severe it was for the person who closed it: what is worse opens an alert again',
    }),
    toldGroups: Type.Optional(
      Type.Array(Type.String({ ...plainName }), {
        maxItems: closedLimits.groupsMax,
        description: 'groups of receivers whom the cloud tells that it was closed',
      }),
    ),
  },
  { description: 'set if a person has closed it' },
);
export type Closed = Static<typeof Closed>;

/** The outcome of an alert that ends again, because its gateway was put back to an older state: nobody is told twice. */
export const endedBefore = 'ended-before';

/** The sentence for those who were told of the alert. */
export function closedText({ by, reason }: Pick<Closed, 'by' | 'reason'>): string {
  return by === '' ? `It was closed by hand: ${reason}` : `It was closed by hand by ${by}: ${reason}`;
}
