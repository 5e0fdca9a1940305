/**
 * The topics on which a gateway says at its own broker what it knows, for stack lights, HMIs and PLCs: retained messages,
 * which nobody else can publish. `deploy/docs/stack-lights.md` explains them.
 */
import { type Static, Type } from '@sinclair/typebox';
import { RemainingLife } from '../events.ts';
import { plainName } from '../topics.ts';
import { machineStates } from './machine-states.ts';

/** Nobody but the gateway itself publishes below it. */
export const siteTopicPrefix = 'harbinger/';

export function isSiteTopic(topic: string): boolean {
  return topic.startsWith(siteTopicPrefix);
}

/** The topics of a machine. */
export function machineTopics(site: string, machine: string) {
  const base = `${siteTopicPrefix}${site}/${machine}`;
  const states = { state: `${base}/state`, estimate: `${base}/estimate` };
  return { alerts: `${base}/alerts`, severity: `${base}/severity`, ...states };
}

/** The topics about the gateway itself. */
export function gatewayTopics(gateway: string) {
  const base = `${siteTopicPrefix}${gateway}`;
  return { conditions: `${base}/conditions`, severity: `${base}/severity` };
}

const Identifier = Type.String({ ...plainName });
const timePattern = '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$';
const Time = Type.String({ pattern: timePattern });

const AlertSeverity = Type.Union([Type.Literal('warning'), Type.Literal('critical')]);

/** The worst severity of what is open; `none` if nothing is. It is also the whole text on the topics `…/severity`. */
export const SiteSeverity = Type.Union([Type.Literal('none'), ...AlertSeverity.anyOf]);
export type SiteSeverity = Static<typeof SiteSeverity>;

export const alertsListedMax = 20;

const head = {
  version: Type.Literal(1),
  gateway: Identifier,
  severity: SiteSeverity,
  changedAt: Type.Union([Time, Type.Null()], {
    description:
      'the time of the latest change, as the gateway’s clock or the reading says; null if nothing has changed yet',
  }),
  unlisted: Type.Integer({ minimum: 0, description: 'how many more are open than are listed' }),
};

export const SiteAlert = Type.Object({
  id: Type.String({ description: 'constant as long as the alert is open' }),
  failureMode: Identifier,
  severity: AlertSeverity,
  since: Time,
  asOf: Type.Optional(
    Type.String({
      pattern: timePattern,
      description: 'the time of the readings that the following is from; absent if that is not known',
    }),
  ),
  heardSince: Type.Optional(
    Type.String({
      pattern: timePattern,
      description:
        'of a machine that was silent: since when it is heard again, while the alert waits for its end; `severity` of the machine leaves such an alert out',
    }),
  ),
  reasons: Type.Array(Type.String(), {
    maxItems: 8,
    description: 'sentences for a technician: what holds now, said anew about every minute',
  }),
  action: Type.Optional(Type.String({ description: 'what to do, in a line for a technician' })),
  health: Type.Number({ minimum: 0, maximum: 1 }),
  remainingLife: Type.Union([RemainingLife, Type.Null()]),
});
export type SiteAlert = Static<typeof SiteAlert>;

/** The open alerts of one machine: the content of `harbinger/{site}/{machine}/alerts`. */
export const MachineAlertsDocument = Type.Object({
  format: Type.Literal('harbinger-machine-alerts'),
  ...head,
  site: Identifier,
  machine: Identifier,
  alerts: Type.Array(SiteAlert, {
    maxItems: alertsListedMax,
    description: 'critical first, then the oldest',
  }),
});
export type MachineAlertsDocument = Static<typeof MachineAlertsDocument>;

export const SiteCondition = Type.Object({
  id: Type.String({ description: 'constant as long as the condition is open' }),
  condition: Identifier,
  item: Type.Optional(Type.String({ description: 'which of several, e.g. the file of a certificate' })),
  severity: AlertSeverity,
  since: Time,
  reasons: Type.Array(Type.String(), { maxItems: 8 }),
});
export type SiteCondition = Static<typeof SiteCondition>;

/** The open conditions of the gateway itself: the content of `harbinger/{gateway}/conditions`. */
export const ConditionsDocument = Type.Object({
  format: Type.Literal('harbinger-conditions'),
  ...head,
  conditions: Type.Array(SiteCondition, {
    maxItems: alertsListedMax,
    description: 'critical first, then the oldest',
  }),
});
export type ConditionsDocument = Static<typeof ConditionsDocument>;

/** One word for how a machine is, by what is known of it now: the whole text on `harbinger/{site}/{machine}/state`. */
export const SiteState = Type.Union(machineStates.map((state) => Type.Literal(state)));
export type SiteState = Static<typeof SiteState>;

const NullableTime = Type.Union([Time, Type.Null()]);

/** When a sensor will reach a limit, by its trend. */
export const SiteTimeToLimit = Type.Object({
  sensor: Type.String(),
  severity: AlertSeverity,
  side: Type.Union([Type.Literal('high'), Type.Literal('low')]),
  limit: Type.Number({ description: 'in `unit`' }),
  unit: Type.String({ description: 'of the sensor, as its type writes it (UCUM)' }),
  earliest: Time,
  likely: Time,
  latest: Type.Union([Time, Type.Null()], { description: 'null: later than can be foreseen' }),
});
export type SiteTimeToLimit = Static<typeof SiteTimeToLimit>;

export const timesToLimitMax = 20;

const judges = [Type.Literal('model'), Type.Literal('rules'), Type.Literal('self-learned')];

export const SiteEstimate = Type.Object({
  asOf: Type.String({ pattern: timePattern, description: 'the time of the readings that it is from' }),
  judgedBy: Type.Union([...judges, Type.Null()], {
    description: 'what judges the machine; null if that is not known',
  }),
  health: Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()]),
  anomaly: Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()], {
    description: 'how unusual its readings are: 0 as ever, 1 as never before',
  }),
  remainingLife: Type.Union([RemainingLife, Type.Null()], {
    description: 'between p10 and p90 with 80 %, in `unit`; null if nothing is known of it',
  }),
  timeToLimit: Type.Array(SiteTimeToLimit, {
    maxItems: timesToLimitMax,
    description: 'limits that a sensor moves towards; empty if none does',
  }),
});
export type SiteEstimate = Static<typeof SiteEstimate>;

/** How a machine is, why, and the newest estimate: the content of `harbinger/{site}/{machine}/estimate`. */
export const MachineEstimateDocument = Type.Object({
  format: Type.Literal('harbinger-machine-estimate'),
  version: Type.Literal(1),
  gateway: Identifier,
  site: Identifier,
  machine: Identifier,
  state: SiteState,
  reason: Type.String({ description: 'why, in a sentence for a technician' }),
  since: NullableTime,
  lastReading: NullableTime,
  estimate: Type.Union([SiteEstimate, Type.Null()], {
    description:
      'null while nothing is known of the machine as it is now: it is silent, at rest, or not judged yet',
  }),
});
export type MachineEstimateDocument = Static<typeof MachineEstimateDocument>;
