/** Steps the faults of the sensors of one machine. */
import type { AlertInput, SensorFault } from '../../../ports/decision.ts';
import { faultReasons, wellReason } from '../reasons/fault-reasons.ts';
import { latestOf } from '../reasons/limit-reasons.ts';
import type { Change } from '../state/alert-state.ts';
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

function stepFault(judgedOf: Judged, mode: FaultMode): SaidStep | null {
  const { machine, input, context } = judgedOf;
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
  const stepped = stepTrack(machine, policy, estimate, context);
  const change = withNewSensors(judgedOf, stepped, mode, faults);
  const track = machine.modes.get(failureMode);
  if (faults.length === 0 && track && !track.open && !track.held) machine.modes.delete(failureMode);
  if (!change) return null;
  const reasons =
    faults.length > 0 ? faultReasons(faults, input.machine.type, input.timeMs) : [wellReason(mode)];
  return { ...causeStep(machine, policy, 'fault', change), reasons };
}

const told = Number.POSITIVE_INFINITY;

/**
 * A further sensor that is not well, as surely as it would open an alert by itself, is news in an alert that another one has opened, also
 * where that one is well and only waits for its end. It is told once in an alert, and not more often than other updates.
 */
function withNewSensors(
  { machine, context }: Judged,
  change: Change | null,
  { policy }: FaultMode,
  faults: readonly SensorFault[],
): Change | null {
  const { failureMode, openAfter } = policy;
  const alert = machine.alerts.find(({ causes }) =>
    causes.some((cause) => cause.failureMode === failureMode),
  );
  if (!alert) {
    if (change?.kind !== 'opened') machine.faulty.delete(failureMode);
    else machine.faulty.set(failureMode, new Map(faults.map(({ sensor }) => [sensor, told])));
    return change;
  }
  // In a row; those that the alert had at a restart are told.
  const rows =
    machine.faulty.get(failureMode) ??
    new Map(alert.assessment.contributions.map(({ sensor }) => [sensor, told]));
  machine.faulty.set(failureMode, rows);
  for (const [sensor, count] of rows)
    if (count !== told && !faults.some((fault) => fault.sensor === sensor)) rows.delete(sensor);
  for (const { sensor } of faults) rows.set(sensor, (rows.get(sensor) ?? 0) + 1);
  const track = machine.modes.get(failureMode);
  const open = track?.open;
  const found = faults.filter(({ sensor }) => {
    const count = rows.get(sensor)!;
    return count !== told && count >= openAfter;
  });
  const isSoon = open && change === null && context.nowMs - open.sentMs < context.config.updateMsMin;
  if (found.length === 0 || !track || !open || isSoon || change?.kind === 'resolved') return change;
  for (const { sensor } of found) rows.set(sensor, told);
  machine.modes.set(failureMode, { ...track, open: { ...open, sentMs: context.nowMs } });
  return { kind: 'updated', severity: open.severity, why: 'sensors' };
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
