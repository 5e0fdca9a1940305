import { type Static, Type } from '@sinclair/typebox';
import { ChangeSeq } from './alerts/change-seq.ts';
import { Closed } from './alerts/closed.ts';
import { SiteGroups } from './notices/alert-told.ts';
import { plainName } from './topics.ts';

/** The part of Harbinger that a condition is about. */
export const ConditionAbout = Type.Object({
  kind: Type.Union([Type.Literal('gateway'), Type.Literal('cloud')]),
  name: Type.String({ ...plainName, description: 'the gateway’s name; `cloud` for the cloud' }),
});
export type ConditionAbout = Static<typeof ConditionAbout>;

/** Inputs of a model that are not like the data that it was trained on. */
export const InputDrift = Type.Object(
  {
    model: Type.Object({ name: Type.String(), version: Type.String() }),
    machineType: Type.String(),
    machines: Type.Integer({ minimum: 0, description: 'that were compared' }),
    sensors: Type.Array(
      Type.Object({
        sensor: Type.String(),
        did: Type.String({
          maxLength: 64,
          description:
            'higher or lower: the median of its machines, on average over days; wider: its spread; absent: it sends no value; a newer gateway may have others',
        }),
        by: Type.Number({
          description:
            'standard deviations of the training data from its mean; the spread, in these; or the share of rows without a value',
        }),
        machines: Type.Integer({ minimum: 0, description: 'on so many of them' }),
      }),
      { maxItems: 32 },
    ),
  },
  { description: 'of the condition model-inputs: which sensors, and what they did' },
);
export type InputDrift = Static<typeof InputDrift>;

/** Something that is wrong with Harbinger itself, or with a gateway: not with a machine. */
export const ConditionData = Type.Object({
  conditionId: Type.String({ minLength: 1, maxLength: 128, description: 'constant from opened to resolved' }),
  condition: Type.String({ ...plainName, description: 'which condition this is, e.g. disk-space' }),
  about: ConditionAbout,
  item: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'which of several, e.g. the file of a certificate or the name of a notifier',
    }),
  ),
  severity: Type.Union([Type.Literal('warning'), Type.Literal('critical')]),
  reasons: Type.Array(Type.String({ maxLength: 1_000 }), {
    maxItems: 8,
    description: 'sentences for a technician: what, where, since when, what to do',
  }),
  since: Type.String({
    pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$',
    description: 'since when it has been so; RFC 3339',
  }),
  drift: Type.Optional(InputDrift),
  seq: Type.Optional(ChangeSeq),
  closed: Type.Optional(Closed),
  siteGroups: Type.Optional(SiteGroups),
});
export type ConditionData = Static<typeof ConditionData>;
