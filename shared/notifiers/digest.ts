/**
 * Digests: one message that sums up the alerts for which a receiver could not be told one by one. Declares its event,
 * which the cloud sends to receivers only.
 */
import { type Static, Type } from '@sinclair/typebox';

/** Alerts that a digest names; the others are only counted. */
export const digestExamplesMax = 20;

const Count = Type.Integer({ minimum: 0 });

const SummedUp = Type.Object({
  alertId: Type.String(),
  gateway: Type.String(),
  site: Type.String(),
  machine: Type.String(),
  failureMode: Type.String(),
  severity: Type.Union([Type.Literal('warning'), Type.Literal('critical')]),
  state: Type.Union([Type.Literal('open'), Type.Literal('resolved')]),
});
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
  source: Type.Literal('/cloud'),
  type: Type.Literal('io.harbinger.alerts.digest.v1'),
  time: Type.String(),
  datacontenttype: Type.Literal('application/json'),
  data: DigestData,
});
export type DigestEvent = Static<typeof DigestEvent>;
