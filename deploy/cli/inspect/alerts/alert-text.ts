import type { Alert } from '../../../../cloud/ports/alerts.ts';
import type { OutcomeEntry } from '../../../../cloud/ports/outcomes/outcomes.ts';
import type { AlertWork, DoneDeed } from '../../../../cloud/ports/work/work.ts';
import { alertSaid } from '../../../../shared/contract/alert-content.ts';
import { actionOf, isEstimated, whatOf } from '../../../../shared/contract/alerts/alert-kinds.ts';
import { isMutedText, type Muted, mutedText } from '../../../../shared/contract/alerts/muted.ts';
import type { Prediction, RemainingLife } from '../../../../shared/contract/events.ts';
import { outcomeText } from '../../../../shared/words/outcomes.ts';
import {
  dateTimeText,
  durationText,
  localTimeText,
  localZone,
  withLocalTimes,
} from '../../../../shared/words/times.ts';
import { printable } from '../../output.ts';

/** An alert as the API answers: an open one as it is now. */
export type ShownAlert = Alert & {
  unknown?: { sinceMs: number | null; reason: string } | null;
  outcome?: OutcomeEntry;
};

export function shownText(alert: ShownAlert, nowMs: number): string {
  const { what, kind, where, severity, reasons } = alertSaid(alert);
  const line = (name: string, text: string) => `${`${name}:`.padEnd(17)}${printable(text, 500)}\n`;
  const life = 'prediction' in alert ? alert.prediction.remainingLife : null;
  const muted = mutedBy(alert);
  const history = (alert.history ?? [])
    .filter(({ change, reasons: why }) => change !== 'updated' || !isMutedText(why[0] ?? ''))
    .map(({ change, at, severity: was, reasons: why, remainingLife }) => {
      const left = remainingLife ? [lifeText(remainingLife)] : [];
      const atMs = Date.parse(at);
      const word = change === 'resolved' ? endText(alert) : change;
      const text = withLocalTimes(`${word} (${was}): ${[...left, ...why].join(' · ')}`, atMs);
      return `  ${localTimeText(atMs)}  ${printable(text, 1_000)}\n`;
    });
  return [
    line('State', alert.state === 'open' ? severity : endText(alert)),
    line('What', whatOf(what, kind)),
    line('Where', where),
    ...('prediction' in alert && alert.gateway ? [line('Gateway', alert.gateway)] : []),
    line('Times', localZone()),
    line('Since', localTimeText(Date.parse(sinceOf(alert)))),
    ...(alert.state === 'open' ? [line('As of', asOfText(alert, nowMs))] : []),
    ...(life ? [line('Remaining life', lifeText(life))] : []),
    ...(alert.state === 'open' && 'prediction' in alert
      ? [line('What to do', actionOf(alert.prediction)), line('How sure', sureText(alert.prediction))]
      : []),
    ...(alert.outcome ? [line('Outcome', outcomeText(alert.outcome))] : []),
    ...(alert.work ? [line('Done', workText(alert.work) || 'nobody has acknowledged it')] : []),
    ...(muted ? [line('Nobody is told', mutedText(muted, dateTimeText))] : []),
    ...(reasons.length > 0 ? ['Why:\n', ...reasonLines(alert, reasons)] : []),
    ...(history.length > 0 ? ['What was told:\n', ...history] : []),
    ...(alert.work ? ['What was done:\n', ...alert.work.deeds.map(deedLine)] : []),
  ].join('');
}

/** The word of the person who has muted its machine; null if nobody has. */
function mutedBy(alert: ShownAlert): Muted | null {
  return ('prediction' in alert && alert.state === 'open' && alert.prediction.muted) || null;
}

/** An alert of a machine that has failed did not resolve. */
function endText(alert: Alert): string {
  const isFailed = 'prediction' in alert && alert.prediction.outcome === 'failed';
  return isFailed ? 'failed' : 'resolved';
}

/** Gateway and cloud may be in other zones than this computer. */
function reasonLines({ updatedAt, asOf = updatedAt }: ShownAlert, reasons: readonly string[]): string[] {
  return reasons.map((reason) => `  - ${printable(withLocalTimes(reason, Date.parse(asOf)), 500)}\n`);
}

/** Since when it has been so, as its gateway says; else when it was opened. */
function sinceOf(alert: Alert): string {
  if ('condition' in alert) return alert.condition.since;
  return alert.prediction.since ?? alert.openedAt;
}

function asOfText(alert: ShownAlert, nowMs: number): string {
  const { unknown, asOf = alert.updatedAt } = alert;
  const age = `${durationText(nowMs - Date.parse(asOf))} ago`;
  if (!unknown) return 'condition' in alert ? '' : age;
  const { sinceMs } = unknown;
  return sinceMs === null ? 'unknown' : `unknown for ${durationText(nowMs - sinceMs)}`;
}

function sureText(prediction: Prediction): string {
  return isEstimated(prediction)
    ? `${Math.round(prediction.confidence * 100)} %`
    : 'it is measured, not estimated';
}

function lifeText({ p10, p50, p90, unit }: RemainingLife): string {
  const [low, middle, high] = [p10, p50, p90].map((value) => Number(value.toPrecision(3)));
  return `about ${middle} ${unit} (${low} to ${high})`;
}

export function rowOf(alert: ShownAlert, nowMs: number): string[] {
  const { what, kind, where, severity, reasons, alertId } = alertSaid(alert);
  return [
    alert.state === 'open' ? `${severity}${mutedBy(alert) ? ', muted' : ''}` : endText(alert),
    printable(whatOf(what, kind), 64),
    printable(where, 130),
    printable('prediction' in alert ? alert.gateway : '', 64),
    localTimeText(Date.parse(sinceOf(alert))),
    alert.state === 'open' ? asOfText(alert, nowMs) : '',
    printable(alert.work ? workText(alert.work) : '', 80),
    printable(withLocalTimes(reasons[0] ?? '', Date.parse(alert.asOf ?? alert.updatedAt)), 120),
    printable(alertId, 128),
  ];
}

/** The work on it as it stands: `acknowledged by anna; ben looks after it`. */
export function workText({ acknowledged, assignee, shelved }: AlertWork): string {
  return [
    acknowledged ? `acknowledged by ${acknowledged.by || 'somebody'}` : '',
    assignee ? `${assignee} looks after it` : '',
    shelved ? `shelved until ${dateTimeText(Date.parse(shelved.until))}` : '',
  ]
    .filter((text) => text !== '')
    .join('; ');
}

function deedLine({ deed, by, at, note, to, until }: DoneDeed): string {
  const parts = [
    `${by || (deed === 'reminded' ? 'Harbinger' : 'somebody')}: ${deed}`,
    to === undefined ? '' : `to ${to}`,
    until === undefined ? '' : `until ${localTimeText(Date.parse(until))}`,
    note === '' ? '' : `"${note}"`,
  ];
  const text = parts.filter((part) => part !== '').join(' ');
  return `  ${localTimeText(Date.parse(at))}  ${printable(text, 700)}\n`;
}
