/**
 * The content of an alert, whether it is about a machine or about Harbinger itself. Whatever shows, filters, sums up or sends
 * alerts asks here, so that none of them knows one kind only. Types are all that is imported: the page uses this too.
 */
import type { ConditionAbout, ConditionData } from './condition.ts';
import type { Prediction } from './events.ts';

/** The content of an alert: the prediction about a machine, or the condition of a gateway or of the cloud. */
export type AlertContent = { prediction: Prediction } | { condition: ConditionData };

export interface AlertSaid {
  alertId: string;
  /** The failure mode of a machine, or the name of a condition. */
  what: string;
  /** The kind of an alert about a machine, which gives a failure mode its words; absent if it is not known. */
  kind?: string | undefined;
  /** `site/machine`, `gateway NAME` or `the cloud`. */
  where: string;
  /** Null if it is not about a machine. */
  machine: { site: string; machine: string } | null;
  /** Null if it is about a machine. */
  about: ConditionAbout | null;
  severity: 'warning' | 'critical';
  /** Sentences for a technician. */
  reasons: readonly string[];
}

export function alertSaid(content: AlertContent): AlertSaid {
  if ('condition' in content) {
    const { conditionId, condition, about, severity, reasons } = content.condition;
    return {
      alertId: conditionId,
      what: condition,
      where: placeOf(about),
      machine: null,
      about,
      severity,
      reasons,
    };
  }
  const { predictionId, failureMode, kind, site, machine, severity, reasons } = content.prediction;
  const where = `${site}/${machine}`;
  return {
    alertId: predictionId,
    what: failureMode,
    kind,
    where,
    machine: { site, machine },
    about: null,
    severity,
    reasons,
  };
}

export function isAboutMachine(
  content: AlertContent,
  { site, machine }: { site: string; machine: string },
): boolean {
  const { machine: about } = alertSaid(content);
  return about?.site === site && about.machine === machine;
}

/** The content of an alert from the data of its event. */
export function contentOf(data: Prediction | ConditionData): AlertContent {
  return 'conditionId' in data ? { condition: data } : { prediction: data };
}

/** The gateway that an event comes from; empty if it comes from the cloud itself. */
export function reporterOf(source: string): string {
  return source.startsWith('/gateways/') ? source.slice('/gateways/'.length) : '';
}

export function placeOf({ kind, name }: ConditionAbout): string {
  return kind === 'cloud' ? 'the cloud' : `gateway ${name}`;
}

/** The content with other reasons. */
export function withReasons(content: AlertContent, reasons: string[]): AlertContent {
  return 'condition' in content
    ? { condition: { ...content.condition, reasons } }
    : { prediction: { ...content.prediction, reasons } };
}
