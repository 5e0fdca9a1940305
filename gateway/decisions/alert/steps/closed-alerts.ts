/**
 * Alerts that are over in the cloud. One that a person has closed there has ended; its causes may go on, and are watched
 * without being told until one of them
 *
 *     ends                                      if it begins again, it opens another alert
 *     is more severe than what was closed       it opens another alert
 *     is a limit or a fault of one more sensor  it opens another alert
 *
 * A cause that was over when it was closed, and only waited for its end to be told, has ended with it. One that ends later waits for no
 * longer than after a first return, since nobody is told of its end. Causes that begin later do not belong to it, and open alerts
 * as always.
 */
import { type Closed, closedText, endedBefore } from '../../../../shared/contract/alerts/closed.ts';
import type { AlertChange } from '../change.ts';
import { quiet } from '../state/alert-state.ts';
import { type Cause, worstOf } from '../state/causes.ts';
import { endWaiting, isWaiting, levelOf, toldNow } from '../state/damping.ts';
import { type LimitTrack, type MetLimit, noLimits } from '../state/limit-track.ts';
import type { ClosedAlert, MachineAlerts } from '../state/machine-book.ts';
import type { SavedCause } from '../state/snapshot.ts';
import type { Judged, SaidStep } from './judged.ts';

/** Ends an open alert that a person has closed. Null if it is worse here than that person knew, or not open. */
export function closeAlert(machine: MachineAlerts, alertId: string, closed: Closed): AlertChange | null {
  const alert = machine.alerts.find(({ predictionId }) => predictionId === alertId);
  if (!alert || levelOf(alert.severity) > levelOf(closed.severity)) return null;
  const { limits: _, ...others } = alert;
  const causes = alert.causes.flatMap((cause) => goesOn(machine, cause));
  const hasLimits = causes.some(({ kind }) => kind === 'limit');
  const met = hasLimits ? { limits: [...machine.limits.met] } : {};
  machine.alerts = machine.alerts.filter((each) => each !== alert);
  if (causes.length > 0)
    machine.closed = [
      ...machine.closed,
      { ...others, ...met, causes, closed: knownOf(closed, alert.causes, causes) },
    ];
  const { assessment } = alert;
  const reasons = [closedText(closed)];
  return {
    ...{ kind: 'resolved', prediction: alert, assessment, reasons, closed, outcome: 'closed' },
    saveFirst: true,
  };
}

/**
 * Drops an open alert that had ended before, of which an older copy of the state was put back. Nobody is told, as its end was; what
 * is still so opens another one. Null if it is not open.
 */
export function dropAlert(machine: MachineAlerts, alertId: string): AlertChange | null {
  const alert = machine.alerts.find(({ predictionId }) => predictionId === alertId);
  if (!alert) return null;
  machine.alerts = machine.alerts.filter((each) => each !== alert);
  for (const cause of alert.causes) forget(machine, cause);
  const { assessment } = alert;
  const reasons = [
    'It had ended before: its gateway was put back to an older state. If it is still so, a new alert is opened.',
  ];
  return { kind: 'resolved', prediction: alert, assessment, reasons, outcome: endedBefore, saveFirst: true };
}

/** The steps without those of causes of closed alerts; one that is worse than what was closed opens an alert. */
export function withoutClosed(judged: Judged, steps: readonly SaidStep[]): readonly SaidStep[] {
  const { machine } = judged;
  if (machine.closed.length === 0) return steps;
  return steps.flatMap((step) => stepClosed(judged, step));
}

function stepClosed({ machine, input }: Judged, step: SaidStep): SaidStep[] {
  const { change, cause } = step;
  const isOf = ({ failureMode }: Cause) => failureMode === cause.failureMode;
  const alert = machine.closed.find(({ causes }) => causes.some(isOf));
  if (!alert) return [step];
  if (change.kind === 'resolved') {
    replaceCauses(machine, alert, (each) => (isOf(each) ? [] : [each]));
    return [];
  }
  const { severity } = change;
  const isOther = change.kind === 'updated' && change.why === 'sensors' && !input.limitsChanged;
  const isWorse = levelOf(severity) > levelOf(alert.closed.severity);
  if (!isWorse && !isOther) {
    replaceCauses(machine, alert, (each) => [isOf(each) ? { ...each, severity } : each]);
    return [];
  }
  replaceCauses(machine, alert, (each) => (isOf(each) ? [] : [each]));
  const by = alert.closed.by === '' ? '' : ` by ${alert.closed.by}`;
  const why = isWorse ? 'it has become worse since' : 'another sensor has joined since';
  const reason = `An alert about it was closed by hand${by} (${alert.closed.reason}); ${why}`;
  return [{ ...step, change: { kind: 'opened', severity }, reasons: [...step.reasons, reason] }];
}

/** The cause as it is now, without waiting: nothing if it is over. */
function goesOn(machine: MachineAlerts, cause: SavedCause): SavedCause[] {
  const { failureMode, kind } = cause;
  if (kind === 'limit') {
    const { told } = endAway(machine);
    return told ? [{ ...cause, severity: told.severity }] : [];
  }
  if (kind === 'fault') return endWell(machine, failureMode) ? [] : [cause];
  const known = machine.damped.get(failureMode);
  if (!known || !isWaiting(known.state)) return [cause];
  machine.damped.set(failureMode, endWaiting(known));
  return known.state.wanted === 0 ? [] : [{ ...cause, severity: 'warning' }];
}

/** Sensors that are well again do not wait. Returns true if all are well. */
function endWell({ faults }: MachineAlerts, failureMode: string): boolean {
  const state = faults.get(failureMode);
  if (!state) return false;
  for (const [sensor, track] of state.tracks)
    state.tracks.set(sensor, { ...track, damping: toldNow(track.damping) });
  state.said = new Set(
    [...state.tracks].flatMap(([sensor, { damping }]) => (damping.told > 0 ? [sensor] : [])),
  );
  state.isOpen = state.said.size > 0;
  return !state.isOpen;
}

/** Limits that are back inside are met no more. */
function endAway(machine: MachineAlerts): LimitTrack {
  const { limits, dampedLimits } = machine;
  for (const [sensor, state] of dampedLimits) dampedLimits.set(sensor, { ...state, ...toldNow(state) });
  const met = limits.met.flatMap(({ away, ...each }): MetLimit[] => {
    const level = away ? (dampedLimits.get(each.sensor)?.wanted ?? 0) : levelOf(each.severity);
    return level === 0 ? [] : [{ ...each, severity: level === 2 ? 'critical' : 'warning' }];
  });
  const told = limits.told && met.length > 0 ? { ...limits.told, severity: worstOf(met) } : null;
  machine.limits = told ? { ...limits, met, told } : noLimits;
  return machine.limits;
}

/** The severity that a person knew is lower where a cause has fallen since: its rise is something that nobody knew. */
function knownOf(closed: Closed, before: readonly Cause[], now: readonly Cause[]): Closed {
  return worstOf(before) === worstOf(now) ? closed : { ...closed, severity: worstOf(now) };
}

function replaceCauses(
  machine: MachineAlerts,
  alert: ClosedAlert,
  causesOf: (cause: ClosedAlert['causes'][number]) => ClosedAlert['causes'],
): void {
  const causes = alert.causes.flatMap(causesOf);
  machine.closed = machine.closed.flatMap((each) => {
    if (each !== alert) return [each];
    return causes.length === 0
      ? []
      : [{ ...each, causes, closed: knownOf(each.closed, each.causes, causes) }];
  });
}

/** As if it had never been so; what is found again is told as something new. */
function forget(machine: MachineAlerts, { kind, failureMode }: Cause): void {
  machine.damped.delete(failureMode);
  if (kind === 'limit') {
    machine.limits = noLimits;
    machine.dampedLimits.clear();
  } else if (kind === 'silence') machine.silence = 'heard';
  else if (kind === 'fault') machine.faults.delete(failureMode);
  else machine.modes.set(failureMode, quiet);
}
