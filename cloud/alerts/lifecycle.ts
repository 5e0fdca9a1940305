import { type AlertContent, alertSaid, contentOf, reporterOf } from '../../shared/contract/alert-content.ts';
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
import { isMuted } from '../../shared/notifications/recipients.ts';
import type { AlertChange } from '../../shared/notifiers/notifier.ts';
import type { Alert, AlertEntry, AlertStep, MachineAlert } from '../ports/alerts.ts';

/** The history of an alert is read as a whole with it, so it is short. */
const entriesMax = 20;
const entryReasonsMax = 3;
const entryReasonLengthMax = 300;

/**
 * Decides how an event changes an alert. Pure. `current` is the alert that the event concerns: that of its prediction or
 * condition (null if it is not known yet), or an open one of the machine that failed or was replaced. Returns null if nothing changes.
 *
 *     opened, updated     unknown → open (change: opened); open and newer → updated; open and older → only `openedAt`. What is
 *                         newer is known by the gateway's count of changes, or (without one) by the time. One
 *                         whose machine is not muted any more is told as opened
 *     resolved            open → resolved; unknown → resolved, and nobody is notified, since nobody heard of the alert
 *     now                 open → only its content, if that is newer (change: none)
 *     machine replaced    open → resolved, if the alert was opened before the replacement
 *     machine failed      no change: the machine still needs somebody, until it is replaced
 *     any event           resolved stays resolved, with two exceptions. It was resolved because its machine was retired: a
 *                         newer opened or updated opens it again. A person has closed it as a warning: an update that makes
 *                         it critical opens it again, since nobody who closed it knew of that
 */
export function transition(current: Alert | null, event: HarbingerEvent): AlertStep | null {
  if (current?.state === 'resolved')
    return current.isRetired ? returned(current, event) : worseThanClosed(current, event);
  if (isEventOf(event, 'io.harbinger.machine.replaced.v1')) return current && replaced(current, event);
  if (isEventOf(event, 'io.harbinger.prediction.now.v1')) return current && asItIsNow(current, event);
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

/** Its gateway does not know that it was closed, or did not know it then. */
function worseThanClosed(current: Alert, event: HarbingerEvent): AlertStep | null {
  if (closedAs(current) !== 'warning') return null;
  if (!isAlertEvent(event) || alertEventChange(event) !== 'updated') return null;
  const content = contentOf(event.data);
  if (alertSaid(content).severity !== 'critical' || !isNews(content)) return null;
  const history = withEntry(current.history ?? [], 'opened', event.time, content);
  return step({ ...newAlert(event), openedAt: current.openedAt, history }, 'opened', event);
}

/** How severe it was when a person closed it; null if nobody did. */
function closedAs(alert: Alert): 'warning' | 'critical' | null {
  if ('condition' in alert) return alert.condition.closed?.severity ?? null;
  const { closed, outcome, severity } = alert.prediction;
  return closed?.severity ?? (outcome === 'closed' ? severity : null);
}

function updated(current: Alert, event: AlertEvent): AlertStep | null {
  const isOpening = alertEventChange(event) === 'opened';
  if (isOlder(event.time, current.updatedAt) && !isLater(event.data, current)) {
    const earlier = isOpening && isOlder(event.time, current.openedAt);
    return earlier ? step({ ...current, openedAt: event.time }, null, event) : null;
  }
  const content = contentOf(event.data);
  if (!isNews(content))
    return step(asOf(current, event.time, content), isOfSilence(content) ? 'updated' : null, event);
  const { asOf: _, ...known } = current;
  const history = withEntry(current.history ?? [], 'updated', event.time, content);
  const alert = { ...known, updatedAt: event.time, ...content, history };
  if (!isMuted(current) || isMuted(content)) return step(alert, 'updated', event);
  return { ...step(alert, 'opened', event), isUnmuted: true };
}

/** An alert that says the same as before in other numbers, and is told to nobody. */
function asItIsNow(
  current: Alert,
  event: HarbingerEvent<'io.harbinger.prediction.now.v1'>,
): AlertStep | null {
  const { time, data } = event;
  if (!('prediction' in current)) return null;
  if (isOlder(time, current.asOf ?? current.updatedAt) && !isLater(data, current)) return null;
  // The decision that changed it last explains it; this one was not recorded. And its gateway tells whom it told before.
  const { decisionId, siteGroups } = current.prediction;
  const prediction = { ...data, decisionId, ...(siteGroups && { siteGroups }) };
  return step(asOf(current, time, { prediction }), null, event);
}

function asOf(current: Alert, time: string, content: AlertContent): Alert {
  return { ...current, asOf: time, ...content };
}

function isNews(content: AlertContent): boolean {
  return !('prediction' in content) || content.prediction.isNews !== false;
}

/** Some are told of it; see shared/notifications/recipients.ts. */
function isOfSilence(content: AlertContent): boolean {
  return 'prediction' in content && content.prediction.isSilenceOf === true;
}

function resolved(current: Alert | null, event: AlertEvent): AlertStep {
  const { asOf: _, ...alert } = current ?? newAlert(event);
  const content = contentOf(event.data);
  const history = current ? withEntry(current.history ?? [], 'resolved', event.time, content) : [];
  return step({ ...alert, ...ended(event), ...content, history }, current ? 'resolved' : null, event);
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
  const { asOf: _, ...known } = current;
  const history = withEntry(current.history ?? [], 'resolved', event.time, { prediction });
  const alert: MachineAlert = { ...known, ...ended(event), prediction, history };
  return step(alert, 'resolved', notice);
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
    history: withEntry([], 'opened', event.time, content),
  };
}

/** Adds a change: the opening and the latest ones are kept. */
function withEntry(
  history: readonly AlertEntry[],
  change: AlertChange,
  at: string,
  content: AlertContent,
): AlertEntry[] {
  const { severity, reasons } = alertSaid(content);
  const life = 'prediction' in content ? content.prediction.remainingLife : null;
  const first = reasons.slice(0, entryReasonsMax).map((reason) => reason.slice(0, entryReasonLengthMax));
  const entry = { change, at, severity, reasons: first, ...(life && { remainingLife: life }) };
  const [opening, ...later] = [...history, entry];
  return [opening!, ...later.slice(-(entriesMax - 1))];
}

function step(alert: Alert, change: AlertChange | null, notice: HarbingerEvent): AlertStep {
  return { alert, change, notice };
}

/** True if its gateway has said it later, by its count of changes: a clock that was put back makes its time older. */
function isLater({ seq }: AlertEvent['data'], current: Alert): boolean {
  const known = 'condition' in current ? current.condition.seq : current.prediction.seq;
  return seq !== undefined && known !== undefined && seq >= known;
}

function isOlder(time: string, than: string): boolean {
  return Date.parse(time) < Date.parse(than);
}
