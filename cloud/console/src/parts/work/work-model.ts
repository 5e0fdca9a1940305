/** The questions and requests of what people do about alerts: one, or several at once. */
import { alertSaid } from '../../../../../shared/contract/alert-content.ts';
import type { Alert, AlertClosing, AlertRefusal, AlertWorkRequest, SeenAlert, Verdict } from '../../wire.ts';
import { texts } from '../../words/words.ts';
import { alertModel } from '../alert-model.ts';

export type Deed = 'acknowledge' | 'assign' | 'shelve' | 'comment' | 'unshelve';
export type Asked = Deed | 'close';

export interface Question {
  asked: Asked;
  /** A note that may be empty, or must not be. */
  note: 'may' | 'must';
  asksWho?: true;
  asksHours?: true;
}

const questions: Readonly<Record<Asked, Question>> = {
  acknowledge: { asked: 'acknowledge', note: 'may' },
  assign: { asked: 'assign', note: 'may', asksWho: true },
  shelve: { asked: 'shelve', note: 'must', asksHours: true },
  unshelve: { asked: 'unshelve', note: 'may' },
  comment: { asked: 'comment', note: 'must' },
  close: { asked: 'close', note: 'must' },
};

export const shelfHours = [1, 8, 24, 72, 168] as const;

/** Outcomes that a person can state when closing an alert. */
export const closingVerdicts = [
  'confirmed',
  'false-alarm',
  'planned',
  'unknown',
] as const satisfies Verdict[];

/** Questions that can be asked about alerts: what is left to do about any of them; nothing about those that have ended. */
export function questionsOf(...alerts: Alert[]): Question[] {
  const open = alerts.filter(({ state }) => state === 'open');
  if (open.length === 0) return [];
  const isLeft: Readonly<Record<Asked, boolean>> = {
    acknowledge: open.some(({ work }) => !work?.acknowledged),
    assign: true,
    shelve: open.some(({ work }) => !work?.shelved),
    unshelve: open.some(({ work }) => work?.shelved),
    comment: true,
    close: true,
  };
  return Object.values(questions).filter(({ asked }) => isLeft[asked]);
}

export interface Said {
  by: string;
  note: string;
  to: string;
  hours: number;
  /** With `close`: empty until it is chosen. */
  verdict: Verdict | '';
  cause: string;
}

/** Whether something is missing. */
export function isIncomplete(
  alerts: readonly Alert[],
  { asked, note, asksWho }: Question,
  said: Said,
): boolean {
  if (said.by.trim() === '' || (note === 'must' && said.note.trim() === '')) return true;
  if (asked === 'close') return alerts.some(isOfMachine) && said.verdict === '';
  return asksWho === true && said.to.trim() === '';
}

/** Requests with the versions that the person has seen. */
export function workRequests(
  alerts: readonly Alert[],
  { asked, asksWho, asksHours }: Question & { asked: Deed },
  said: Said,
  nowMs: number,
): AlertWorkRequest[] {
  const note = said.note.trim();
  return inParts(alerts).map((some) => ({
    alerts: some.map(seen),
    ...{ deed: asked, by: said.by.trim() },
    ...(note !== '' && { note }),
    ...(asksWho && { to: said.to.trim() }),
    ...(asksHours && { until: new Date(nowMs + said.hours * 3_600_000).toISOString() }),
  }));
}

export const isDeed = (question: Question): question is Question & { asked: Deed } =>
  question.asked !== 'close';

/** Only warnings of machines turn out to be something. */
export const isOfMachine = (alert: Alert): boolean => 'prediction' in alert;

/** So many alerts fit into one request. */
const atOnceMax = 200;

/** Requests that close alerts: those about machines with what they turned out to be, those about Harbinger without. */
export function closeRequests(alerts: readonly Alert[], { by, note, verdict, cause }: Said): AlertClosing[] {
  const why = { by: by.trim(), reason: note.trim() };
  const outcome = {
    ...(verdict !== '' && { outcome: verdict }),
    ...(verdict !== '' && cause.trim() !== '' && { cause: cause.trim() }),
  };
  return [
    ...inParts(alerts.filter(isOfMachine)).map((some) => ({ alerts: some.map(seen), ...why, ...outcome })),
    ...inParts(alerts.filter((alert) => !isOfMachine(alert))).map((some) => ({
      alerts: some.map(seen),
      ...why,
    })),
  ];
}

function inParts(alerts: readonly Alert[]): Alert[][] {
  const parts: Alert[][] = [];
  for (let i = 0; i < alerts.length; i += atOnceMax) parts.push(alerts.slice(i, i + atOnceMax));
  return parts;
}

const seen = (alert: Alert): SeenAlert => ({
  alertId: alertSaid(alert).alertId,
  gateway: alert.gateway,
  version: alert.work?.version ?? 0,
});

/** Names the alerts of a question in a line. */
export function subjectText(alerts: readonly Alert[], nowMs: number): string {
  const [first] = alerts;
  if (alerts.length !== 1 || !first) return texts().alerts.many(alerts.length);
  const { machine, title } = alertModel(first, { nowMs, withMachine: true });
  return machine ? `${machine.name}: ${title}` : title;
}

export interface Conflict {
  alert: Alert;
  /** A sentence that says what happened meanwhile. */
  text: string;
  /** Whether it can be done in spite of that; not if the alert has ended. */
  canRepeat: boolean;
}

/** Refusals with their alerts. `now` has the alerts as they are now. */
export function conflictsOf(
  refused: readonly AlertRefusal[],
  asked: readonly Alert[],
  now: ReadonlyMap<string, Alert>,
): Conflict[] {
  return refused.flatMap(({ alertId, code, message }) => {
    const before = asked.find((alert) => alertSaid(alert).alertId === alertId);
    if (!before) return [];
    const alert = now.get(before.alertId) ?? before;
    return [{ alert, text: message, canRepeat: code === 'ALERT_CHANGED' && alert.state === 'open' }];
  });
}
