/** Steps the faults of the sensors of one machine. Each of its sensors is damped by itself. */
import { timeText } from '../../../../shared/words/times.ts';
import type { AlertInput, SensorFault } from '../../../ports/decision.ts';
import { returnReason, waitsReason } from '../reasons/damping-reasons.ts';
import { faultReasons, retiredReason, wellReason } from '../reasons/fault-reasons.ts';
import { latestOf } from '../reasons/limit-reasons.ts';
import type { Change } from '../state/alert-state.ts';
import { holdMsOf, isWaiting } from '../state/damping.ts';
import { type FaultMode, faultModesOf, faultsIn, isFaultMode } from '../state/faults/fault-modes.ts';
import { type FaultState, type FaultTrack, noFaults, stepFault } from '../state/faults/fault-track.ts';
import type { MachineAlerts, OpenAlert } from '../state/machine-book.ts';
import { dampingLimitsOf } from './damped-steps.ts';
import type { Judged, SaidStep } from './judged.ts';

/** After a failure, so many decisions in a row without a further fault show that the machine runs again. */
const wellAfter = 10;

/** Applies what the sensors sent to the failure modes of sensors; most machines have none. */
export function stepFaults(judged: Judged): SaidStep[] {
  const { machine, input } = judged;
  if (input.gone) forgetSensors(machine, input.gone);
  const heldBack = stepHold(machine, input);
  if (!input.faults && machine.faults.size === 0) return [];
  const steps = faultModesOf(input.machine.type).map((mode) => stepMode(judged, mode, heldBack));
  return steps.filter((said) => said !== null);
}

/** The faults of a mode of which the open alert tells: without those that one odd value shows. */
export function toldFaults({ machine, input }: Judged, mode: FaultMode): SensorFault[] {
  const tracks = machine.faults.get(mode.policy.failureMode)?.tracks;
  return faultsIn(input, mode).filter(({ sensor }) => isTold(tracks?.get(sensor)));
}

/** The words for a fault that has not changed. */
export function currentFaultReasons(judged: Judged, failureMode: string): string[] {
  const { type } = judged.input.machine;
  const mode = faultModesOf(type).find(({ policy }) => policy.failureMode === failureMode);
  if (!mode) return [];
  const { timeMs } = judged.input;
  return [
    ...faultReasons(toldFaults(judged, mode), type, timeMs),
    ...unknownReasons(judged, mode),
    ...waitingReasons(judged, failureMode),
  ];
}

/** Says which sensors have shown nothing since the gateway's start, and are taken to be as they were. */
function unknownReasons({ machine, input }: Judged, mode: FaultMode): string[] {
  const tracks = machine.faults.get(mode.policy.failureMode)?.tracks ?? [];
  const what = mode.missing ? 'has not been sent' : 'has not changed';
  return [...tracks].flatMap(([sensor, track]) => {
    const isKnown = (input.faults ?? []).some((fault) => fault.sensor === sensor);
    if (isKnown || !isTold(track) || !isUnknown(input, mode, sensor, track)) return [];
    return [`${sensor} ${what} since ${timeText(track.sinceMs, input.timeMs)}, as far as is known`];
  });
}

const isTold = (track: FaultTrack | undefined) => track !== undefined && track.damping.told > 0;

function stepMode(judged: Judged, mode: FaultMode, heldBack: ReadonlySet<SensorFault>): SaidStep | null {
  const { machine, input } = judged;
  const { failureMode } = mode.policy;
  const faults = faultsIn(input, mode).filter((fault) => !heldBack.has(fault));
  const known = machine.faults.get(failureMode);
  if (!known && faults.length === 0) return null;
  const state = known ?? noFaults();
  machine.faults.set(failureMode, state);
  const returned = stepTracks(judged, mode, state, faults);
  const change = changeOf(judged, mode, state);
  if (state.tracks.size === 0 && !state.isOpen) machine.faults.delete(failureMode);
  if (!change) return null;
  const reasons =
    change.kind === 'resolved'
      ? [input.gone ? retiredReason(input.gone) : wellReason(mode)]
      : [...currentFaultReasons(judged, failureMode), ...returned];
  return { cause: { failureMode, kind: 'fault', source: 'rules' }, change, reasons };
}

/** Returns the words for sensors that have come back. */
function stepTracks(
  judged: Judged,
  mode: FaultMode,
  { tracks }: FaultState,
  faults: readonly SensorFault[],
): string[] {
  const { machine, input } = judged;
  const limits = dampingLimitsOf(judged, mode.policy.failureMode);
  const returned: string[] = [];
  for (const sensor of new Set([...faults.map((fault) => fault.sensor), ...tracks.keys()])) {
    const fault = faults.find((each) => each.sensor === sensor);
    const before = tracks.get(sensor);
    if (before && !fault && isUnknown(input, mode, sensor, before)) continue;
    const now = stepFault(before, fault, mode, input.timeMs, limits);
    machine.hasNewDamping ||= now?.damping.wanted !== (before?.damping.wanted ?? 0);
    if (now === null) tracks.delete(sensor);
    else tracks.set(sensor, now);
    if (!now || !before || now.damping.told <= before.damping.told) continue;
    const { returns } = now.damping;
    if (returns > before.damping.returns)
      returned.push(returnReason(sensor, { returns, holdMs: holdMsOf(now.damping, limits) }));
  }
  return returned;
}

/**
 * A further sensor that is not well is news in an alert that another one has opened, also where that one is well and only waits for its
 * end. It is told once in an alert, and not more often than other updates.
 */
function changeOf({ context }: Judged, { policy }: FaultMode, state: FaultState): Change | null {
  const severity = policy.criticalAt === undefined ? 'warning' : 'critical';
  const told = [...state.tracks].filter(([, track]) => isTold(track)).map(([sensor]) => sensor);
  if (told.length === 0) {
    if (!state.isOpen) return null;
    state.isOpen = false;
    state.said.clear();
    return { kind: 'resolved', severity };
  }
  const isOpening = !state.isOpen;
  const isSoon = context.nowMs - state.saidMs < context.config.updateMsMin;
  if (!isOpening && (isSoon || told.every((sensor) => state.said.has(sensor)))) return null;
  state.isOpen = true;
  state.saidMs = context.nowMs;
  for (const sensor of told) state.said.add(sensor);
  return isOpening ? { kind: 'opened', severity } : { kind: 'updated', severity, why: 'sensors' };
}

/** Says which sensors are well, and wait for that to count. */
function waitingReasons({ machine, input, context }: Judged, failureMode: string): string[] {
  const tracks = machine.faults.get(failureMode)?.tracks ?? [];
  return [...tracks].flatMap(([sensor, { damping }]) => {
    const { lowerSinceMs, returns } = damping;
    const holdMs = holdMsOf(damping, context.config.flapping);
    if (!isWaiting(damping) || !Number.isFinite(lowerSinceMs) || holdMs === 0) return [];
    const endsMs = lowerSinceMs + holdMs;
    const since = timeText(lowerSinceMs, input.timeMs);
    return [`${sensor} is well since ${since}; ${waitsReason({ returns, endsMs }, input.timeMs)}`];
  });
}

/**
 * True if nothing proves that the sensor is well, because the machine is watched anew: it has sent nothing since, or the same value as
 * before.
 */
function isUnknown(
  { unsent = [], ...input }: AlertInput,
  { missing, stuck }: FaultMode,
  sensor: string,
  { isIll, value }: FaultTrack,
): boolean {
  if (!isIll || (!missing && !stuck)) return false;
  const isKnown = input.machine.type.sensors.some(({ name }) => name === sensor);
  if (!isKnown || unsent.includes(sensor)) return true;
  return stuck === true && latestOf(input, sensor) === value;
}

const noneHeld: ReadonlySet<SensorFault> = new Set();

/** Returns the faults that say nothing after a failure or a replacement. */
function stepHold(machine: MachineAlerts, { faults = [], timeMs }: AlertInput): ReadonlySet<SensorFault> {
  const hold = machine.faultHold;
  if (hold === null) return noneHeld;
  const { toMs, estimatesLeft } = hold;
  const sensors = hold.sensors.filter((sensor) => faults.some((fault) => fault.sensor === sensor));
  if (toMs !== undefined) {
    const isLast = estimatesLeft !== null && estimatesLeft <= 1;
    machine.faultHold = isLast ? null : { ...hold, estimatesLeft: estimatesLeft && estimatesLeft - 1 };
    const isOld = ({ missing, stuck }: SensorFault) => (missing?.sinceMs ?? stuck?.sinceMs ?? timeMs) <= toMs;
    return new Set(faults.filter(isOld));
  }
  const others = faults.filter(({ sensor }) => !sensors.includes(sensor));
  const left =
    others.length > 0 && estimatesLeft !== 0 ? wellAfter : Math.max(0, (estimatesLeft ?? wellAfter) - 1);
  machine.faultHold = left === 0 && sensors.length === 0 ? null : { estimatesLeft: left, sensors };
  return new Set(estimatesLeft === 0 ? faults.filter(({ sensor }) => sensors.includes(sensor)) : faults);
}

/** Sensors that were retired keep no alert open. */
function forgetSensors(machine: MachineAlerts, gone: readonly string[]): void {
  for (const { tracks } of machine.faults.values()) for (const sensor of gone) tracks.delete(sensor);
  machine.alerts = machine.alerts.map((alert): OpenAlert => {
    if (!isFaultMode(alert.failureMode)) return alert;
    const contributions = alert.assessment.contributions.filter(({ sensor }) => !gone.includes(sensor));
    return { ...alert, assessment: { ...alert.assessment, contributions } };
  });
}
