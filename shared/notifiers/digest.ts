/**
 * Digests: one message that sums up the alerts for which a receiver could not be told one by one. Declares its event,
 * which is sent to receivers only.
 */
import { type Static, Type } from '@sinclair/typebox';
import { ConditionAbout } from '../contract/condition.ts';

/** Alerts that a digest names; the others are only counted. */
export const digestExamplesMax = 20;

const Count = Type.Integer({ minimum: 0 });

const ofAlert = {
  alertId: Type.String(),
  gateway: Type.String({ description: 'the gateway that reported it; empty if the cloud itself did' }),
  severity: Type.Union([Type.Literal('warning'), Type.Literal('critical')]),
  state: Type.Union([Type.Literal('open'), Type.Literal('resolved')]),
};
const SummedUp = Type.Union([
  Type.Object(
    { ...ofAlert, site: Type.String(), machine: Type.String(), failureMode: Type.String() },
    { description: 'an alert about a machine' },
  ),
  Type.Object(
    { ...ofAlert, condition: Type.String(), about: ConditionAbout },
    { description: 'an alert about Harbinger itself' },
  ),
]);
export type SummedUp = Static<typeof SummedUp>;

export const DigestData = Type.Object({
  since: Type.String({ description: 'since when alerts are summed up' }),
  open: Type.Integer({ minimum: 0, description: 'alerts that are open now' }),
  critical: Type.Integer({ minimum: 0, description: 'of these, the critical ones that are known' }),
  resolved: Type.Integer({ minimum: 0, description: 'alerts that have ended, opened meanwhile or before' }),
  sites: Type.Array(Type.Object({ site: Type.String(), open: Count }), {
    maxItems: digestExamplesMax,
    description: 'sites with most open alerts',
  }),
  examples: Type.Array(SummedUp, {
    maxItems: digestExamplesMax,
    description: 'some of the alerts: the open and critical ones first',
  }),
});
export type DigestData = Static<typeof DigestData>;

/** A CloudEvent 1.0. */
export const DigestEvent = Type.Object({
  specversion: Type.Literal('1.0'),
  id: Type.String(),
  source: Type.String({ description: '`/cloud`, or `/gateways/{gateway}` if a gateway tells it itself' }),
  type: Type.Literal('io.harbinger.alerts.digest.v1'),
  time: Type.String(),
  datacontenttype: Type.Literal('application/json'),
  data: DigestData,
});
export type DigestEvent = Static<typeof DigestEvent>;
