import { kindOf } from '../../../shared/contract/alerts/alert-kinds.ts';
import type { Alert, MachineAlert } from '../../ports/alerts.ts';
import { machineKey } from '../machine-view.ts';

type Name = { gateway: string; site: string; machine: string };

/** Finds the last alert about limits or estimates of a machine that a person has closed; the alerts are gone through once, when the first is asked for. */
export function closedIn(resolved: () => readonly Alert[]): (name: Name) => MachineAlert | null {
  let found: Map<string, MachineAlert> | null = null;
  return (name) => {
    found ??= lastClosed(resolved());
    return found.get(machineKey(name)) ?? null;
  };
}

function lastClosed(alerts: readonly Alert[]): Map<string, MachineAlert> {
  const found = new Map<string, MachineAlert>();
  for (const alert of alerts) {
    if (!('prediction' in alert) || !alert.prediction.closed) continue;
    // Silence and faults of sensors are not what a machine's values and estimates say.
    if (!['limit', 'remaining-life', 'unusual'].includes(kindOf(alert.prediction))) continue;
    const { site, machine } = alert.prediction;
    const key = machineKey({ gateway: alert.gateway, site, machine });
    const other = found.get(key);
    if (!other || other.updatedAt < alert.updatedAt) found.set(key, alert);
  }
  return found;
}
