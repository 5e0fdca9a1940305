import { kindOf } from '../../../shared/contract/alerts/alert-kinds.ts';
import { judgedBy, type Prediction } from '../../../shared/contract/events.ts';
import type { StoredDecision } from '../../ports/history.ts';
import type { MachineState } from '../../ports/machines.ts';
import type { JudgedWith } from '../../ports/outcomes/outcomes.ts';

const measured = {
  limit: 'limit',
  'beyond-range': 'limit',
  silent: 'silence',
  'sensor-fault': 'sensor',
  'sensor-missing': 'sensor',
  'sensor-stuck': 'sensor',
  forced: 'person',
} as const;

/** The policy that raised an alert, by its content when it was raised. @param decision of which only the version of rules is used */
export function raisedBy(prediction: Prediction, decision: StoredDecision | undefined): JudgedWith {
  const kind = kindOf(prediction);
  if (Object.hasOwn(measured, kind)) return unversioned(measured[kind as keyof typeof measured]);
  const policy = judgedBy(prediction);
  const { model, detector } = prediction;
  const by = policy === 'model' ? model : policy === 'self-learned' ? detector : decision?.policy;
  return { policy, name: by?.name ?? '', version: by?.version ?? '' };
}

/** The policy that judges a machine, by its latest estimate; null if nothing has. */
export function judgesMachine({
  source,
  estimator,
}: Pick<MachineState, 'source' | 'estimator'>): JudgedWith | null {
  if (source === null) return null;
  return { policy: source, name: estimator?.name ?? '', version: estimator?.version ?? '' };
}

/** True if what it raises warns of a failure: that nothing is heard of a machine, or a probe is faulty, does not; nor is a person judged. */
export function isWarningOf({ policy }: JudgedWith): boolean {
  return policy !== 'silence' && policy !== 'sensor' && policy !== 'person';
}

function unversioned(policy: JudgedWith['policy']): JudgedWith {
  return { policy, name: '', version: '' };
}
