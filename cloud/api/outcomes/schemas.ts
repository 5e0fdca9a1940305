import { Type } from '@sinclair/typebox';
import { outcomeLimits } from '../../ports/outcomes/outcomes.ts';
import { nullable, OutcomeEntry, Verdict } from '../schemas.ts';

/** Parts of a request that say what something was. */
export const said = {
  cause: Type.Optional(
    Type.String({
      maxLength: outcomeLimits.causeLengthMax,
      description: 'what the matter was, in a few words',
    }),
  ),
  note: Type.Optional(Type.String({ maxLength: outcomeLimits.noteLengthMax })),
  by: Type.Optional(Type.String({ maxLength: outcomeLimits.byLengthMax, description: 'who says it' })),
  requestId: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: outcomeLimits.requestLengthMax,
      description: 'a name of this request: when it comes again, also after others, it changes nothing',
    }),
  ),
};

const JudgedWith = {
  policy: Type.Union(
    ['model', 'self-learned', 'rules', 'limit', 'silence', 'sensor', 'person'].map((name) =>
      Type.Literal(name),
    ),
    { description: 'limit, silence and sensor are measured, and have no version' },
  ),
  name: Type.String({ description: 'of the model, the detector or the rules; empty if not known' }),
  version: Type.String(),
};

const state = {
  id: Type.String({ description: 'the id of the alert, or of the failure' }),
  gateway: Type.String(),
  site: Type.String(),
  machine: Type.String(),
  machineType: Type.String(),
  verdict: Verdict,
  isInferred: Type.Boolean(),
  history: Type.Array(OutcomeEntry, { description: 'what was stated, the oldest first; the last one holds' }),
};

export const OutcomeView = Type.Union([
  Type.Object(
    {
      kind: Type.Literal('warning'),
      ...state,
      raisedBy: Type.Object(JudgedWith),
      mode: Type.Optional(
        Type.String({ description: 'of the decision that raised it; absent if not known' }),
      ),
      failureMode: Type.String(),
      severity: Type.Union([Type.Literal('warning'), Type.Literal('critical')]),
      confidence: nullable(
        Type.Number({ description: 'how sure it was when it was raised; null if it is measured' }),
      ),
      openedAt: Type.String(),
      endedAt: nullable(Type.String()),
      ending: Type.Optional(
        Type.String({ description: 'how it ended, where its cause had not: failed, replaced, closed, …' }),
      ),
      failedAt: Type.Optional(
        Type.String({ description: 'when the machine was reported as failed, if that confirms it' }),
      ),
    },
    { description: 'an alert about a machine' },
  ),
  Type.Object(
    {
      kind: Type.Literal('failure'),
      ...state,
      failedAt: Type.String(),
      judgedBy: nullable(
        Type.Object(JudgedWith, { description: 'what judged the machine then; null if not known' }),
      ),
      usedSinceMs: Type.Optional(
        Type.Number({ description: 'since when the machine was in use, ms since 1970; absent if not known' }),
      ),
      warnings: Type.Array(Type.String(), { description: 'ids of the alerts that had warned of it' }),
    },
    { description: 'a failure: confirmed if there was a warning of it, missed otherwise' },
  ),
]);

export const ShareView = Type.Object(
  {
    value: Type.Number(),
    low: Type.Number({ description: 'of the 95 % interval by Wilson (1927), as `high`' }),
    high: Type.Number(),
    count: Type.Integer(),
    of: Type.Integer(),
  },
  { description: '`count` of `of`' },
);

const Lead = nullable(
  Type.Object(
    {
      median: Type.Number(),
      q25: Type.Number(),
      q75: Type.Number(),
      low: nullable(
        Type.Number({
          description: 'of the 95 % interval of the median, as `high`; null with fewer than six',
        }),
      ),
      high: nullable(Type.Number()),
      count: Type.Integer(),
    },
    { description: 'from the first warning to the failure, ms' },
  ),
);

/** Figures of warnings and failures, without those of single months. */
export const figuresOfOutcomes = {
  warnings: Type.Object({
    total: Type.Integer({ description: 'all of the time from the first of the `last` ones that count' }),
    confirmed: Type.Integer(),
    falseAlarms: Type.Integer(),
    planned: Type.Integer({ description: 'counted as neither' }),
    unknown: Type.Integer({ description: 'counted as neither' }),
    open: Type.Integer({ description: 'unknown ones that are open still' }),
    inferred: Type.Integer({ description: 'confirmed by what was reported, and by no person' }),
  }),
  precision: nullable(ShareView),
  recall: nullable(ShareView),
  leadMs: Lead,
  calibration: Type.Array(
    Type.Object({
      from: Type.Number(),
      to: Type.Number(),
      said: Type.Number({ description: 'the mean of the confidences that were stated' }),
      confirmed: ShareView,
    }),
    { description: 'estimated warnings by the confidence with which they were raised' },
  ),
};

const figures = {
  ...figuresOfOutcomes,
  months: Type.Array(
    Type.Object({
      month: Type.String(),
      precision: nullable(ShareView),
      recall: nullable(ShareView),
      said: nullable(
        Type.Number({ description: 'the mean of the confidences with which those that count were stated' }),
      ),
      leadMs: Lead,
    }),
    { description: 'by UTC, the latest 24 that have any' },
  ),
};

export const StatisticsView = Type.Object({
  all: Type.Object(figures, { description: 'all that warn of failures together' }),
  policies: Type.Array(
    Type.Object({ ...JudgedWith, machineType: Type.String(), ...figures }, { description: 'one of them' }),
  ),
});
