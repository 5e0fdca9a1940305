import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { ConditionData } from '../../shared/contract/condition.ts';
import { Prediction, RemainingLife } from '../../shared/contract/events.ts';
import { plainName } from '../../shared/contract/topics.ts';
import { HttpError } from '../../shared/http/errors.ts';
import { verdicts } from '../ports/outcomes/outcomes.ts';

/** Parts of requests and answers that several routes share. */
export const Name = Type.String({ ...plainName, maxLength: 64 });

export const Verdict = Type.Union(
  verdicts.map((name) => Type.Literal(name)),
  {
    description:
      'confirmed: there was what the warning said; false-alarm: there was nothing; missed: a failure that nobody was warned of; planned: it was done on purpose, such as a stop or a cleaning; unknown: nobody has said, or can say',
  },
);

/** A statement of what a warning or a failure was. */
export const OutcomeEntry = Type.Object({
  verdict: Verdict,
  at: Type.String(),
  isInferred: Type.Boolean({
    description:
      'by Harbinger, from what was reported of the machine; the word of a person stands against it',
  }),
  by: Type.String({ description: 'who has said it; empty if nobody is named' }),
  cause: Type.String(),
  note: Type.String(),
  requestId: Type.Optional(Type.String()),
});

/** Deeds of people about an alert. */
const Work = Type.Object(
  {
    version: Type.Integer({ description: 'counts what was done; name it with what you do next' }),
    acknowledged: Type.Optional(Type.Object({ by: Type.String(), at: Type.String() })),
    assignee: Type.Optional(Type.String({ description: 'who looks after it' })),
    shelved: Type.Optional(
      Type.Object({ by: Type.String(), at: Type.String(), until: Type.String(), note: Type.String() }),
    ),
    deeds: Type.Array(
      Type.Object({
        deed: Type.String({ description: 'reminded: by Harbinger, which asks again' }),
        by: Type.String({ description: 'empty if nobody is named' }),
        at: Type.String(),
        note: Type.String(),
        to: Type.Optional(Type.String()),
        until: Type.Optional(Type.String()),
      }),
      { description: 'the latest ones, the oldest first' },
    ),
  },
  { description: 'what people have done about it; absent if nothing' },
);

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
  work: Type.Optional(Work),
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
    outcome: Type.Optional(OutcomeEntry),
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

/** A value that may be absent. */
export const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

/** Behaviour of a machine: how its sensors go together, and in which mode it is. */
export const Behaviour = nullable(
  Type.Object(
    {
      state: Type.Union(
        ['learning', 'normal', 'unusual', 'changed'].map((name) => Type.Literal(name)),
        {
          description:
            'learning: what is usual is still being learnt; unusual: a sensor shows what the others do not explain, farther than on any ordinary day; changed: that has lasted or comes again, until the machine has been as it was for up to a day of running, or a person says what it was',
        },
      ),
      sinceMs: nullable(Type.Number({ description: 'since when it is unusual or changed, ms since 1970' })),
      beyond: nullable(
        Type.Object(
          { sensor: Type.String(), value: Type.Number(), low: Type.Number(), high: Type.Number() },
          { description: 'the farthest sensor, and between which values it would be usual' },
        ),
      ),
      learning: Type.Optional(
        Type.Object(
          { days: Type.Number(), needed: Type.Number() },
          { description: 'days of which enough is known, and days needed; absent once it is judged' },
        ),
      ),
    },
    {
      description:
        'how its sensors go together, compared with ordinary days; null if its gateway does not say',
    },
  ),
);

export const Mode = nullable(
  Type.Object(
    {
      number: nullable(
        Type.Number({
          description:
            'what its state sensor says, or the number of the level, from 1; null: a level that was never seen before',
        }),
      ),
      of: nullable(
        Type.Integer({ description: 'how many levels are known; null if a state sensor says the mode' }),
      ),
      name: Type.String({ description: 'such as AUTO, or speed about 1450 rpm' }),
      sinceMs: Type.Number({ description: 'since when it is in it, ms since 1970' }),
      isNew: Type.Boolean({
        description: 'it has not been in it before, apart from the last hours',
      }),
    },
    {
      description:
        'the way in which it runs: what its state sensor says, or the level at which one of its sensors stands; null if that is not known',
    },
  ),
);
