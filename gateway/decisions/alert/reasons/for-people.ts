/** Facts that an alert has for those who are told: its kind, what to do, and how long a unit of life takes. */
import { type AlertKindName, actionOf, alertKinds } from '../../../../shared/contract/alerts/alert-kinds.ts';
import { isEstimatePolicy } from '../../../../shared/domain/alert-policy.ts';
import { limitPolicyOf } from '../../../../shared/domain/limits.ts';
import type { MachineType } from '../../../../shared/domain/machine-type.ts';
import type { AlertInput } from '../../../ports/decision.ts';
import type { OpenPrediction } from '../state/snapshot.ts';

export interface ForPeople {
  kind: AlertKindName;
  action: string;
  unitS?: number;
}

/** @param prediction its first cause gives its failure mode, and so what to do */
export function forPeople(
  { machine: { type }, rowMs }: Pick<AlertInput, 'machine' | 'rowMs'>,
  { failureMode, severity, site, machine: name, assessment: { remainingLife } }: OpenPrediction,
): ForPeople {
  const kind = kindIn(type, failureMode);
  const policy = type.alerts.find((each) => each.failureMode === failureMode);
  const own =
    policy?.action ?? (type.actions as Record<string, string | undefined> | undefined)?.[failureMode];
  const said = { failureMode, kind, severity, remainingLife, site, machine: name };
  return {
    kind,
    action: actionOf({ ...said, ...(own !== undefined && { action: own }) }),
    ...(rowMs !== undefined && rowMs > 0 && { unitS: rowMs / 1_000 }),
  };
}

function kindIn(type: MachineType, failureMode: string): AlertKindName {
  const policy = type.alerts.find((each) => each.failureMode === failureMode);
  if (policy && isEstimatePolicy(policy)) return policy.on === 'anomaly' ? 'unusual' : 'remaining-life';
  if (limitPolicyOf(type)?.failureMode === failureMode) return 'limit';
  return Object.hasOwn(alertKinds, failureMode) ? (failureMode as AlertKindName) : 'unusual';
}
