import { alertSaid, contentOf, reporterOf } from '../../shared/contract/alert-content.ts';
import {
  type AlertEvent,
  alertEventChange,
  type EventData,
  type EventType,
  type HarbingerEvent,
  isAlertEvent,
  isEventOf,
  type Prediction,
} from '../../shared/contract/events.ts';
import type { AlertChange } from '../../shared/notifiers/notifier.ts';
import type { Alert, AlertStep, MachineAlert } from '../ports/alerts.ts';

/**
 * Decides how an event changes an alert. Pure. `current` is the alert that the event concerns: that of its prediction or
 * condition (null if it is not known yet), or an open one of the machine that failed or was replaced. Returns null if nothing changes.
 *
 *     opened, updated     unknown → open (change: opened); open and newer → updated; open and older → only `openedAt`
 *     resolved            open → resolved; unknown → resolved, and nobody is notified, since nobody heard of the alert
 *     machine replaced    open → resolved, if the alert was opened before the replacement
 *     machine failed      no change: the machine still needs somebody, until it is replaced
 *     any event           resolved stays resolved, unless it was resolved because its machine was retired: a newer
 *                         opened or updated opens it again
 */
export function transition(current: Alert | null, event: HarbingerEvent): AlertStep | null {
  if (current?.state === 'resolved') return current.isRetired ? returned(current, event) : null;
  if (isEventOf(event, 'io.harbinger.machine.replaced.v1')) return current && replaced(current, event);
  if (!isAlertEvent(event)) return null;
  if (alertEventChange(event) === 'resolved') return resolved(current, event);
  return current ? updated(current, event) : step(newAlert(event), 'opened', event);
}

/** The machine is in use again, and the prediction has not ended. */
function returned(current: Alert, event: HarbingerEvent): AlertStep | null {
  if (!isAlertEvent(event) || alertEventChange(event) === 'resolved') return null;
  if (isOlder(event.time, current.updatedAt)) return null;
  return step({ ...newAlert(event), openedAt: current.openedAt }, 'opened', event);
}

function updated(current: Alert, event: AlertEvent): AlertStep | null {
  const isOpening = alertEventChange(event) === 'opened';
  if (isOlder(event.time, current.updatedAt)) {
    const earlier = isOpening && isOlder(event.time, current.openedAt);
    return earlier ? step({ ...current, openedAt: event.time }, null, event) : null;
  }
  return step({ ...current, updatedAt: event.time, ...contentOf(event.data) }, 'updated', event);
}

function resolved(current: Alert | null, event: AlertEvent): AlertStep {
  const alert = current ?? newAlert(event);
  return step({ ...alert, ...ended(event), ...contentOf(event.data) }, current ? 'resolved' : null, event);
}

/**
 * Receivers get a resolved prediction, a type they know. One replacement may resolve several alerts, and each needs an
 * event id of its own.
 */
function replaced(
  current: Alert,
  event: HarbingerEvent<'io.harbinger.machine.replaced.v1'>,
): AlertStep | null {
  if (!('prediction' in current) || isOlder(event.time, current.openedAt)) return null;
  const prediction: Prediction = {
    ...current.prediction,
    reasons: ['The machine was replaced.'],
    outcome: 'replaced',
  };
  const notice: HarbingerEvent = {
    ...event,
    id: `${event.id}/${current.alertId}`,
    type: 'io.harbinger.prediction.resolved.v1',
    data: prediction satisfies EventData<EventType>,
  };
  return step({ ...current, ...ended(event), prediction } satisfies MachineAlert, 'resolved', notice);
}

function ended({ time }: HarbingerEvent) {
  return { state: 'resolved', updatedAt: time, resolvedAt: time } as const;
}

function newAlert(event: AlertEvent): Alert {
  const content = contentOf(event.data);
  return {
    alertId: alertSaid(content).alertId,
    gateway: reporterOf(event.source),
    state: 'open',
    openedAt: event.time,
    updatedAt: event.time,
    resolvedAt: null,
    ...content,
  };
}

function step(alert: Alert, change: AlertChange | null, notice: HarbingerEvent): AlertStep {
  return { alert, change, notice };
}

function isOlder(time: string, than: string): boolean {
  return Date.parse(time) < Date.parse(than);
}
