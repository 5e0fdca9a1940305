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
  seq: Type.Optional(ChangeSeq),
  closed: Type.Optional(Closed),
  siteGroups: Type.Optional(SiteGroups),
});
export type ConditionData = Static<typeof ConditionData>;
