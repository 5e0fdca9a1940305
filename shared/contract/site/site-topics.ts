/**
 * The topics on which a gateway says at its own broker what it knows, for stack lights, HMIs and PLCs: retained messages,
 * which nobody else can publish. `deploy/docs/stack-lights.md` explains them.
 */
import { type Static, Type } from '@sinclair/typebox';
import { RemainingLife } from '../events.ts';
import { plainName } from '../topics.ts';

/** Nobody but the gateway itself publishes below it. */
export const siteTopicPrefix = 'harbinger/';

export function isSiteTopic(topic: string): boolean {
  return topic.startsWith(siteTopicPrefix);
}

/** The topics of a machine. */
export function machineTopics(site: string, machine: string) {
  const base = `${siteTopicPrefix}${site}/${machine}`;
  return { alerts: `${base}/alerts`, severity: `${base}/severity` };
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
