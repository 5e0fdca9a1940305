import type {
  ConditionsDocument,
  MachineAlertsDocument,
  SiteAlert,
  SiteCondition,
} from '../../shared/contract/site/site-topics.ts';
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
