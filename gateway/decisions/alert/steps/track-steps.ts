/** Steps the track of one failure mode of a machine. */
import type { EstimatePolicy } from '../../../../shared/domain/alert-policy.ts';
import { type Change, type Estimate, step } from '../state/alert-state.ts';
import type { CauseStep } from '../state/causes.ts';
import type { MachineAlerts } from '../state/machine-book.ts';
import type { StepContext } from './judged.ts';

export function stepTrack(
  machine: MachineAlerts,
  policy: EstimatePolicy,
  estimate: Estimate,
  context: StepContext,
): Change | null {
  const { failureMode } = policy;
  const before = machine.modes.get(failureMode) ?? machine.unseenTrack;
  const { track, change } = step(before, policy, context.config, estimate, context.nowMs);
  machine.modes.set(failureMode, track);
  return change;
}

export function causeStep(
  machine: MachineAlerts,
  { failureMode }: EstimatePolicy,
  change: Change,
): CauseStep {
  const source = machine.modes.get(failureMode)?.open?.source ?? null;
  return { cause: { failureMode, kind: 'estimate', source }, change };
}
