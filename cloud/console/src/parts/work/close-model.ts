/** The words and the request of closing an alert by hand. */
import { alertSaid } from '../../../../../shared/contract/alert-content.ts';
import { ApiFailure, failureText } from '../../api-failure.ts';
import type { Alert, AlertClosing } from '../../wire.ts';
import { alertModel } from '../alert-model.ts';

/** Null for one that has ended. */
export function closeTitle(alert: Alert, nowMs: number): string | null {
  if (alert.state !== 'open') return null;
  const { machine, title } = alertModel(alert, { nowMs, withMachine: true });
  return machine ? `${machine.name}: ${title}` : title;
}

/** Closes this one, also where two gateways have one of the same id; null while a name or a reason is missing. */
export function closeRequest(alert: Alert, said: { by: string; reason: string }): AlertClosing | null {
  const [by, reason] = [said.by.trim(), said.reason.trim()];
  if (by === '' || reason === '') return null;
  return { alertId: alertSaid(alert).alertId, gateway: alert.gateway, by, reason };
}

/** The sentence to show where it could not be closed. */
export function closeProblem(error: unknown): string {
  const status = error instanceof ApiFailure ? error.status : null;
  if (status === 403) return 'This token only allows to read: sign in with the one that allows changes.';
  return status === 404 ? 'It is not open any more.' : failureText(error);
}
