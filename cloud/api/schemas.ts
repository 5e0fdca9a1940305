import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { ConditionData } from '../../shared/contract/condition.ts';
import { Prediction, RemainingLife } from '../../shared/contract/events.ts';
import { plainName } from '../../shared/contract/topics.ts';
import { HttpError } from '../../shared/http/errors.ts';

/** Parts of requests and answers that several routes share. */
export const Name = Type.String({ ...plainName, maxLength: 64 });

/** An alert, from its opening to its resolution. */
const alertState = {
  alertId: Type.String({ description: 'the same from opened to resolved' }),
  gateway: Type.String({ description: 'the gateway that reported it; empty if the cloud itself did' }),
  state: Type.Union([Type.Literal('open'), Type.Literal('resolved')]),
  openedAt: Type.String(),
  updatedAt: Type.String(),
  resolvedAt: Type.Union([Type.String(), Type.Null()]),
  asOf: Type.Optional(
    Type.String({
      description: 'the time of the readings that its content is from, if later than updatedAt',
    }),
  ),
  history: Type.Optional(
    Type.Array(
      Type.Object({
        change: Type.Union([Type.Literal('opened'), Type.Literal('updated'), Type.Literal('resolved')]),
        at: Type.String(),
        severity: Type.Union([Type.Literal('warning'), Type.Literal('critical')]),
        reasons: Type.Array(Type.String(), { description: 'the first few' }),
        remainingLife: Type.Optional(RemainingLife),
      }),
      { description: 'how it opened, and its latest changes, the oldest first' },
    ),
  ),
};
export const MachineAlert = Type.Object(
  {
    ...alertState,
    prediction: Prediction,
    unknown: Type.Optional(
      Type.Union(
        [
          Type.Object({ sinceMs: Type.Union([Type.Number(), Type.Null()]), reason: Type.String() }),
          Type.Null(),
        ],
        {
          description:
            'of an open one: since when (ms since 1970), and why, nobody knows whether it still holds; null if that is known. Its remaining life and values are null then',
        },
      ),
    ),
  },
  { description: 'an alert about a machine' },
);
export const Alert = Type.Union([
  MachineAlert,
  Type.Object(
    { ...alertState, condition: ConditionData },
    { description: 'an alert about Harbinger itself' },
  ),
]);

export const Time = Type.String({
  maxLength: 40,
  pattern: '^(\\d{1,15}|\\d{4}-\\d\\d-\\d\\d(T\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?(Z|[+-]\\d\\d:\\d\\d))?)$',
  form: 'ms since 1970, or ISO 8601 with its zone',
  description: 'ms since 1970, or ISO 8601 with its zone',
});

/** @throws HttpError 400 naming the parameter */
export function timeMs(text: string, parameter: string): number {
  const ms = !text.includes('-') ? Number(text) : Date.parse(text);
  if (!Number.isFinite(ms)) {
    throw new HttpError(400, 'API_INPUT', `parameter '${parameter}': '${text}' is not a time`);
  }
  return ms;
}

export const PageParameters = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: 500, default: 100 }),
    before: Type.Optional(Type.String({ maxLength: 200, description: '`next` of the preceding page' })),
    subject: Type.Optional(
      Type.String({ maxLength: 200, description: 'site/machine; in quarantine, the gateway' }),
    ),
  },
  { additionalProperties: false },
);
export type PageParameters = Static<typeof PageParameters>;

export const Redriven = Type.Object({
  redriven: Type.Integer(),
  kept: Type.Integer({ description: 'entries that stay in place, for `reasons`' }),
  left: Type.Integer({ description: 'entries not reached within the time limit of a request: repeat it' }),
  reasons: Type.Array(Type.String(), { description: 'the first few' }),
});

export function pageOf(items: TSchema): TSchema {
  return Type.Object({
    items: Type.Array(items),
    next: Type.Union([Type.String(), Type.Null()], { description: 'pass as `before`; null at the end' }),
  });
}
