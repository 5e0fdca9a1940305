/** Derives the changes of one machine's alerts from a decision about it. */
import type { Assessment } from '../../../shared/contract/events.ts';
import type { Decided, Verdict } from '../../../shared/decisions/policy.ts';
import type { AlertPolicy } from '../../../shared/domain/machine-type.ts';
import type { AlertInput } from '../../ports/decision.ts';
import type { AlertDecisionConfig } from './config.ts';
import type { PredictionChange } from './events.ts';
import { changeReason, contributionReasons, type Ending, endingReasons, modeReasons } from './reasons.ts';
import { type Change, type Estimate, hold, step } from './state/alert-state.ts';
import { type FaultMode, faultModesOf, faultReasons, faultsIn, isFaultMode } from './state/fault-modes.ts';
import type { MachineAlerts, ModeAlert } from './state/machine-book.ts';
import type { OpenPrediction } from './state/snapshot.ts';

/** The largest window that a machine type may have. */
const windowRowsMax = 512;

export interface AlertChange {
  kind: PredictionChange;
  prediction: OpenPrediction;
  assessment: Assessment;
  reasons: string[];
  /** True if it must be in the saved state before it is sent: an opening, a rise in severity, or an end. */
  saveFirst: boolean;
}

export interface StepContext {
  config: AlertDecisionConfig;
  /** Monotonic. */
  nowMs: number;
  newId: () => string;
}

export type DecidedAssessment = Decided<Assessment> & { verdict: Verdict<Assessment> };

/** Applies one estimate to every failure mode of the machine. */
export function stepMachine(
  machine: MachineAlerts,
  input: AlertInput,
  decided: DecidedAssessment,
  context: StepContext,
): AlertChange[] {
  const { alerts } = input.machine.type;
  const changes = alerts.flatMap((policy) => stepMode(machine, policy, input, decided, context) ?? []);
  const ofSensors = faultModesOf(input.machine.type).flatMap(
    (mode) => stepFault(machine, mode, input, decided, context) ?? [],
  );
  return [...changes, ...ofSensors, ...endUnwatched(machine, input, decided.verdict.answer)];
}

function stepMode(
  machine: MachineAlerts,
  policy: AlertPolicy,
  input: AlertInput,
  decided: DecidedAssessment,
  context: StepContext,
): AlertChange | null {
  const assessment = decided.verdict.answer;
  const { anomaly, confidence } = assessment;
  const estimate = { life: assessment.remainingLife?.p50 ?? null, anomaly, confidence };
  return stepTrack(machine, policy, input, assessment, estimate, context, (change) => [
    changeReason(change, assessment, policy),
    ...(change.kind === 'resolved' ? [] : contributionReasons(assessment, input.machine.type)),
    ...modeReasons(decided, context.config.budgetMs, input.machine.type),
  ]);
}

/** Applies what the sensors sent to one failure mode of sensors; most machines have none. */
function stepFault(
  machine: MachineAlerts,
  mode: FaultMode,
  input: AlertInput,
  decided: DecidedAssessment,
  context: StepContext,
): AlertChange | null {
  const { policy } = mode;
  const faults = faultsIn(input, mode);
  if (faults.length === 0 && !machine.modes.has(policy.failureMode)) return null;
  const share = 1 / Math.max(1, faults.length);
  const contributions = faults.slice(0, 8).map(({ sensor, value }) => ({ sensor, share, value }));
  const assessment = { ...decided.verdict.answer, contributions };
  const estimate = { life: null, anomaly: faults.length > 0 ? 1 : 0, confidence: 1 };
  const reasons = () => faultReasons(faults, input.machine.type);
  const change = stepTrack(machine, policy, input, assessment, estimate, context, reasons);
  const track = machine.modes.get(policy.failureMode)?.track;
  if (faults.length === 0 && track && !track.open && !track.held) machine.modes.delete(policy.failureMode);
  return change;
}

function stepTrack(
  machine: MachineAlerts,
  policy: AlertPolicy,
  input: AlertInput,
  assessment: Assessment,
  estimate: Estimate,
  context: StepContext,
  reasonsOf: (change: Change) => string[],
): AlertChange | null {
  const before = machine.modes.get(policy.failureMode) ?? { track: machine.unseenTrack, prediction: null };
  const { track, change } = step(before.track, policy, context.config, estimate, context.nowMs);
  let { prediction } = before;
  if (change?.kind === 'opened') prediction = opened(policy, input, change, assessment, context.newId);
  else if (prediction)
    prediction = { ...prediction, severity: change?.severity ?? prediction.severity, assessment };
  machine.modes.set(policy.failureMode, { track, prediction: track.open ? prediction : null });
  if (!change || !prediction) return null;
  return {
    kind: change.kind,
    prediction,
    assessment,
    reasons: reasonsOf(change),
    saveFirst: change.kind !== 'updated' || change.why === 'severity',
  };
}

function opened(
  policy: AlertPolicy,
  input: AlertInput,
  change: Change,
  assessment: Assessment,
  newId: () => string,
): OpenPrediction {
  const { site, machine, type } = input.machine;
  return {
    predictionId: newId(),
    site,
    machine,
    machineType: type.name,
    failureMode: policy.failureMode,
    severity: change.severity,
    openedAtMs: input.timeMs,
    lifeAtOpening: assessment.remainingLife,
    assessment,
  };
}

/** Resolves predictions whose failure mode the machine's type no longer declares; no estimate ever would. */
function endUnwatched(machine: MachineAlerts, input: AlertInput, assessment: Assessment): AlertChange[] {
  const { type } = input.machine;
  const changes: AlertChange[] = [];
  for (const [failureMode, { prediction }] of machine.modes) {
    if (isFaultMode(failureMode) || type.alerts.some((policy) => policy.failureMode === failureMode))
      continue;
    machine.modes.delete(failureMode);
    if (!prediction) continue;
    const reasons = [`Machine type ${type.name} no longer watches for ${failureMode}`];
    changes.push({ kind: 'resolved', prediction, assessment, reasons, saveFirst: true });
  }
  return changes;
}

/**
 * Resolves every open prediction because the machine failed or was replaced. None opens again until the machine is
 * healthy, is replaced, or (after a replacement) its window contains only the new machine.
 */
export function endMachine(machine: MachineAlerts, ending: Ending): AlertChange[] {
  const held = hold(ending.state === 'replaced' ? (machine.windowRows ?? windowRowsMax) : null);
  const changes: AlertChange[] = [];
  for (const [failureMode, { prediction }] of machine.modes) {
    const ended: ModeAlert = { track: held, prediction: null };
    machine.modes.set(failureMode, ended);
    if (!prediction) continue;
    const { assessment, openedAtMs, lifeAtOpening } = prediction;
    const reasons = endingReasons(ending, { atMs: openedAtMs, life: lifeAtOpening });
    changes.push({ kind: 'resolved', prediction, assessment, reasons, saveFirst: true });
  }
  machine.unseenTrack = held;
  return changes;
}
