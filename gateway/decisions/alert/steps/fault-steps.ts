/** Steps the faults of the sensors of one machine. */
import type { AlertInput, SensorFault } from '../../../ports/decision.ts';
import { faultReasons, wellReason } from '../reasons/fault-reasons.ts';
import { latestOf } from '../reasons/limit-reasons.ts';
import { type FaultMode, faultModesOf, faultsIn, isFaultMode } from '../state/fault-modes.ts';
import type { MachineAlerts, OpenAlert } from '../state/machine-book.ts';
import type { Judged, SaidStep } from './judged.ts';
import { causeStep, stepTrack } from './track-steps.ts';

/** Applies what the sensors sent to the failure modes of sensors; most machines have none. */
export function stepFaults(judged: Judged): SaidStep[] {
  const { machine, input } = judged;
  if (input.gone) forgetSensors(machine, input.gone);
  const modes = faultModesOf(input.machine.type);
  if (!input.faults && !modes.some(({ policy }) => machine.modes.has(policy.failureMode))) return [];
  const steps = modes.map((mode) => stepFault(judged, mode));
  return steps.filter((said) => said !== null);
}

/** The words for a fault that has not changed. */
export function currentFaultReasons(input: AlertInput, failureMode: string): string[] {
  const { type } = input.machine;
  const mode = faultModesOf(type).find(({ policy }) => policy.failureMode === failureMode);
  return mode ? faultReasons(faultsIn(input, mode), type, input.timeMs) : [];
}

function stepFault({ machine, input, context }: Judged, mode: FaultMode): SaidStep | null {
  const { failureMode } = mode.policy;
  // While the end of a fault waits to be told, one odd value shows that it is not over.
  const isWaiting = Boolean(machine.damped.get(failureMode)?.waiting);
  const policy = isWaiting ? { ...mode.policy, openAfter: 1 } : mode.policy;
  const faults: SensorFault[] = faultsIn(input, mode);
  if (faults.length === 0 && !machine.modes.has(failureMode)) return null;
  if (faults.length === 0 && isUnknown(machine, input, mode)) return null;
  const anomaly = faults.length > 0 ? 1 : 0;
  const judged = { life: null, anomaly, confidence: 1, health: 1 - anomaly, source: 'rules' } as const;
  const estimate = { ...judged, timeMs: input.timeMs };
  const change = stepTrack(machine, policy, estimate, context);
  const track = machine.modes.get(failureMode);
  if (faults.length === 0 && track && !track.open && !track.held) machine.modes.delete(failureMode);
  if (!change) return null;
  const reasons =
    faults.length > 0 ? faultReasons(faults, input.machine.type, input.timeMs) : [wellReason(mode)];
  return { ...causeStep(machine, policy, 'fault', change), reasons };
}

/**
 * True if nothing proves that the sensors of an open alert are well, because the machine is watched anew: one of them has
 * sent nothing since, or the same value as before.
 */
function isUnknown(machine: MachineAlerts, input: AlertInput, mode: FaultMode): boolean {
  if (!mode.missing && !mode.stuck) return false;
  const { failureMode } = mode.policy;
  const alert = [...machine.alerts, ...machine.closed].find(({ causes }) =>
    causes.some((cause) => cause.failureMode === failureMode),
  );
  const { unsent = [], machine: identity } = input;
  return (alert?.assessment.contributions ?? []).some(({ sensor, value }) => {
    const isKnown = identity.type.sensors.some(({ name }) => name === sensor);
    if (!isKnown || unsent.includes(sensor)) return true;
    return mode.stuck === true && latestOf(input, sensor) === value;
  });
}

/** Sensors that were retired keep no alert open. */
function forgetSensors(machine: MachineAlerts, gone: readonly string[]): void {
  machine.alerts = machine.alerts.map((alert): OpenAlert => {
    if (!isFaultMode(alert.failureMode)) return alert;
    const contributions = alert.assessment.contributions.filter(({ sensor }) => !gone.includes(sensor));
    return { ...alert, assessment: { ...alert.assessment, contributions } };
  });
}
