/**
 * Alerts that are over in the cloud. One that a person has closed there has ended; its causes may go on, and are watched
 * without being told until one of them
 *
 *     ends                                      if it begins again, it opens another alert
 *     is more severe than what was closed       it opens another alert
 *     is a limit or a fault of one more sensor  it opens another alert
 *
 * Causes that begin later do not belong to it, and open alerts as always.
 */
import { type Closed, closedText, endedBefore } from '../../../../shared/contract/alerts/closed.ts';
import type { AlertChange } from '../change.ts';
import { quiet } from '../state/alert-state.ts';
import type { Cause } from '../state/causes.ts';
import { levelOf } from '../state/damping.ts';
import { noLimits } from '../state/limit-track.ts';
import type { ClosedAlert, MachineAlerts } from '../state/machine-book.ts';
import type { Judged, SaidStep } from './judged.ts';

/** Ends an open alert that a person has closed. Null if it is worse here than that person knew, or not open. */
export function closeAlert(machine: MachineAlerts, alertId: string, closed: Closed): AlertChange | null {
  const alert = machine.alerts.find(({ predictionId }) => predictionId === alertId);
  if (!alert || levelOf(alert.severity) > levelOf(closed.severity)) return null;
  const { limits: _, ...others } = alert;
  const hasLimits = alert.causes.some(({ kind }) => kind === 'limit');
  const met = hasLimits ? { limits: [...machine.limits.met] } : {};
  machine.alerts = machine.alerts.filter((each) => each !== alert);
  machine.closed = [...machine.closed, { ...others, ...met, closed }];
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

function replaceCauses(
  machine: MachineAlerts,
  alert: ClosedAlert,
  causesOf: (cause: ClosedAlert['causes'][number]) => ClosedAlert['causes'],
): void {
  const causes = alert.causes.flatMap(causesOf);
  machine.closed = machine.closed.flatMap((each) => {
    if (each !== alert) return [each];
    return causes.length === 0 ? [] : [{ ...each, causes }];
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
