import {
  type EventData,
  type EventType,
  type HarbingerEvent,
  isEventOf,
  type Prediction,
} from '../../shared/contract/events.ts';
import type { AlertChange } from '../../shared/notifiers/notifier.ts';
import type { Alert, AlertStep } from '../ports/alerts.ts';

/**
 * Decides how an event changes an alert. Pure. `current` is the alert that the event concerns: the prediction's own (null
 * if it is not known yet), or an open one of the machine that failed or was replaced. Returns null if nothing changes.
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
  if (isEventOf(event, 'io.harbinger.prediction.resolved.v1')) return resolved(current, event);
  if (
    isEventOf(event, 'io.harbinger.prediction.opened.v1') ||
    isEventOf(event, 'io.harbinger.prediction.updated.v1')
  ) {
    return current ? updated(current, event) : step(newAlert(event), 'opened', event);
  }
  return null;
}

/** The machine is in use again, and the prediction has not ended. */
function returned(current: Alert, event: HarbingerEvent): AlertStep | null {
  const isOpen =
    isEventOf(event, 'io.harbinger.prediction.opened.v1') ||
    isEventOf(event, 'io.harbinger.prediction.updated.v1');
  if (!isOpen || isOlder(event.time, current.updatedAt)) return null;
  return step({ ...newAlert(event), openedAt: current.openedAt }, 'opened', event);
}

function updated(current: Alert, event: HarbingerEvent & { data: Prediction }): AlertStep | null {
  const isOpening = event.type === 'io.harbinger.prediction.opened.v1';
  if (isOlder(event.time, current.updatedAt)) {
    const earlier = isOpening && isOlder(event.time, current.openedAt);
    return earlier ? step({ ...current, openedAt: event.time }, null, event) : null;
  }
  return step({ ...current, updatedAt: event.time, prediction: event.data }, 'updated', event);
}

function resolved(
  current: Alert | null,
  event: HarbingerEvent<'io.harbinger.prediction.resolved.v1'>,
): AlertStep {
  const alert = current ?? newAlert(event);
  return step(
    { ...alert, state: 'resolved', updatedAt: event.time, resolvedAt: event.time, prediction: event.data },
    current ? 'resolved' : null,
    event,
  );
}

/**
 * Receivers get a resolved prediction, a type they know. One replacement may resolve several alerts, and each needs an
 * event id of its own.
 */
function replaced(
  current: Alert,
  event: HarbingerEvent<'io.harbinger.machine.replaced.v1'>,
): AlertStep | null {
  if (isOlder(event.time, current.openedAt)) return null;
  const prediction: Prediction = { ...current.prediction, reasons: ['The machine was replaced.'] };
  const notice: HarbingerEvent = {
    ...event,
    id: `${event.id}/${current.alertId}`,
    type: 'io.harbinger.prediction.resolved.v1',
    data: prediction satisfies EventData<EventType>,
  };
  return step(
    { ...current, state: 'resolved', updatedAt: event.time, resolvedAt: event.time, prediction },
    'resolved',
    notice,
  );
}

function newAlert(event: HarbingerEvent & { data: Prediction }): Alert {
  return {
    alertId: event.data.predictionId,
    gateway: event.source.slice('/gateways/'.length),
    state: 'open',
    openedAt: event.time,
    updatedAt: event.time,
    resolvedAt: null,
    prediction: event.data,
  };
}

function step(alert: Alert, change: AlertChange | null, notice: HarbingerEvent): AlertStep {
  return { alert, change, notice };
}

function isOlder(time: string, than: string): boolean {
  return Date.parse(time) < Date.parse(than);
}
