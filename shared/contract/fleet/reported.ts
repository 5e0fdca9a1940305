import { type Static, Type } from '@sinclair/typebox';

/**
 * How a document stands at a gateway. `in-force`; `ended`: its time is over; `removed`: it is not followed any more; `unknown`:
 * the gateway keeps it, and does not know its kind; `refused`: the gateway cannot follow it, and says why; `preparing`: it follows as
 * soon as it has what it needs for that, such as a model that is being fetched.
 */
export const documentStates = ['in-force', 'ended', 'removed', 'unknown', 'refused', 'preparing'] as const;
export type DocumentState = (typeof documentStates)[number];

/** The report of a gateway about a document, when that has changed. Its time is that of the change. */
export const DocumentReported = Type.Object({
  kind: Type.String({ maxLength: 40 }),
  name: Type.String({ maxLength: 200 }),
  gateway: Type.Optional(
    Type.String({ maxLength: 64, description: 'absent: the document is for all gateways' }),
  ),
  version: Type.Integer({ minimum: 1 }),
  state: Type.String({
    maxLength: 32,
    description: `${documentStates.join(', ')}; a newer gateway may have others`,
  }),
  problem: Type.Optional(Type.String({ maxLength: 500, description: 'why it is not as it was asked for' })),
  clock: Type.Optional(
    Type.String({ maxLength: 200, description: 'why the gateway is not sure of the time, if it is not' }),
  ),
  isRetold: Type.Optional(
    Type.Boolean({ description: 'true: said again as it is, and not a change; absent: false' }),
  ),
});
export type DocumentReported = Static<typeof DocumentReported>;
