import {
  type ConditionsDocument,
  MachineAlertsDocument,
  MachineEstimateDocument,
  type SiteAlert,
  type SiteCondition,
} from '../../shared/contract/site/site-topics.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';
import type { OpenList } from './open-list.ts';

export function machineText(
  gateway: string,
  site: string,
  machine: string,
  list: OpenList<SiteAlert>,
): string {
  const { severity, changedAt } = list;
  const { listed: alerts, unlisted } = list.listed();
  const format = 'harbinger-machine-alerts';
  const document: MachineAlertsDocument = {
    format,
    version: 1,
    gateway,
    site,
    machine,
    severity,
    changedAt,
    alerts,
    unlisted,
  };
  return JSON.stringify(document);
}

export function conditionsText(gateway: string, list: OpenList<SiteCondition>): string {
  const { severity, changedAt } = list;
  const { listed: conditions, unlisted } = list.listed();
  const format = 'harbinger-conditions';
  const document: ConditionsDocument = {
    format,
    version: 1,
    gateway,
    severity,
    changedAt,
    conditions,
    unlisted,
  };
  return JSON.stringify(document);
}

const checkAlerts = compileValidator(MachineAlertsDocument);
const checkEstimate = compileValidator(MachineEstimateDocument);

/** Reads a kept document of alerts; without alerts if it is not one of this version. */
export function alertsIn(text: string): Pick<MachineAlertsDocument, 'alerts' | 'changedAt'> {
  return read(() => checkAlerts(JSON.parse(text), problem)) ?? { alerts: [], changedAt: null };
}

/** Reads a kept document of a state; null if it is not one of this version. */
export function estimateIn(text: string): MachineEstimateDocument | null {
  return read(() => checkEstimate(JSON.parse(text), problem));
}

const problem = (text: string) => new Error(text);

function read<T>(from: () => T): T | null {
  try {
    return from();
  } catch {
    return null;
  }
}
