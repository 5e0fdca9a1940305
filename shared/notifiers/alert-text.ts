import { alertSaid, contentOf, placeOf, reporterOf } from '../contract/alert-content.ts';
import { actionOf, isEstimated, whatOf } from '../contract/alerts/alert-kinds.ts';
import type { ConditionData } from '../contract/condition.ts';
import { type AlertEvent, alertEventChange, type Prediction } from '../contract/events.ts';
import { dateTimeText, durationText, runningTimeText } from '../words/times.ts';
import { unitAfter } from '../words/units.ts';
import type { DigestEvent } from './digest.ts';
import type { AlertNotification, Notification } from './notifier.ts';

export interface AlertText {
  /** One line: severity or end, what, where. */
  headline: string;
  body: string;
}

/**
 * Formats a notification for a technician: what, where, how long, since when, what to do, why, and how sure. About Harbinger
 * itself: what is wrong, since when, and what to do.
 */
export function alertTextOf(notification: Notification, link?: string): AlertText {
  if (notification.change === 'digest') return digestTextOf(notification.event, link);
  const { event, change } = notification;
  const { data } = event as AlertEvent;
  const said = alertSaid(contentOf(data));
  const isResolved = change === 'resolved' || isEndOf(event);
  const span = overSpanOf(data);
  const severity = said.severity === 'critical' ? 'CRITICAL' : 'Warning';
  const word = span !== null ? `${severity}, over` : isResolved ? endWord(data) : severity;
  const headline = `${word}: ${whatOf(said.what, said.kind)} on ${said.where}${span ?? ''}`;
  const atMs = Date.parse(event.time);
  const lines = [
    headline + (change === 'updated' ? ' (changed)' : ''),
    '',
    ...('conditionId' in data
      ? conditionLines(data, atMs)
      : machineLines(data, reporterOf(event.source), isResolved, atMs)),
    line('Time', timeOf(event.time)),
    ...list('conditionId' in data && !isResolved ? 'Why, and what to do:' : 'Why:', [...said.reasons]),
    ...('conditionId' in data ? [] : weighing(data)),
    ...(link === undefined ? [] : ['', `More: ${link}`]),
    '',
    `Alert ${said.alertId}${'conditionId' in data ? '' : `, decision ${data.decisionId}`}`,
    '',
  ];
  return { headline, body: lines.join('\n') };
}

const line = (name: string, text: string) => `${`${name}:`.padEnd(17)}${text}`;

/** When it was so, where it was over before anybody could be told: whoever hears of it once must know all of that. */
function overSpanOf(data: AlertEvent['data']): string | null {
  if (!('until' in data) || data.until === undefined) return null;
  const { since = data.until, until } = data;
  return `, from ${timeOf(since)} to ${timeOf(until)}`;
}

/** A machine that failed is not well again, whatever happens to its alert. */
function endWord(data: AlertEvent['data']): string {
  const outcome = 'outcome' in data ? data.outcome : undefined;
  if (outcome === 'failed') return 'FAILED';
  return outcome === 'replaced' || outcome === 'retired' || outcome === 'closed'
    ? `${outcome.charAt(0).toUpperCase()}${outcome.slice(1)}`
    : 'Resolved';
}

function timeOf(time: string): string {
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? time : dateTimeText(ms);
}

function isEndOf(event: AlertNotification['event']): boolean {
  return alertEventChange(event) === 'resolved';
}

function machineLines(prediction: Prediction, gateway: string, isResolved: boolean, atMs: number): string[] {
  const { machine, machineType, site, health, since, until, outcome } = prediction;
  const estimated = isEstimated(prediction);
  // A machine that failed still needs somebody; of what has ended otherwise nothing is to be done.
  const ended = outcome === 'failed' ? failedAction : null;
  const toDo = until !== undefined ? overAction : isResolved ? ended : actionOf(prediction);
  return [
    // Machines of two gateways may have one name.
    line('Machine', `${machine} (${machineType}), site ${site}${gateway && `, gateway ${gateway}`}`),
    ...(estimated && !isResolved ? [line('Remaining life', lifeOf(prediction))] : []),
    ...(since === undefined ? [] : [spanLine(since, until, atMs)]),
    ...(toDo === null ? [] : [line('What to do', toDo)]),
    line('How sure', sureOf(prediction, estimated)),
    // Rules make health of limits, which say nothing of what is unusual.
    ...(estimated && !isByPast(prediction) ? [line('Health', percent(health))] : []),
  ];
}

const overAction = 'Find out what happened then; it is over, and nothing has to be done at once.';
const failedAction = 'Have it repaired or replaced, and report that it was replaced.';

/** With an end of its own where it was over before anybody could be told. */
function spanLine(since: string, until: string | undefined, atMs: number): string {
  if (until === undefined) return line('Since', sinceOf(since, atMs));
  const ms = Date.parse(until) - Date.parse(since);
  return line('It was so', `from ${timeOf(since)} to ${timeOf(until)}, for ${durationText(ms)}`);
}

function sinceOf(since: string, atMs: number): string {
  const ms = atMs - Date.parse(since);
  return ms > 0 ? `${timeOf(since)}, for ${durationText(ms)}` : timeOf(since);
}

function sureOf(prediction: Prediction, estimated: boolean): string {
  if (!estimated) return 'it is measured, not estimated';
  return `${percent(prediction.confidence)}, by ${judgeOf(prediction)}`;
}

function weighing(prediction: Prediction): string[] {
  if (!isEstimated(prediction)) return [];
  return list('Sensors that weigh most:', prediction.contributions.map(contributionText));
}

function conditionLines({ about, item, since }: ConditionData, atMs: number): string[] {
  return [
    line('Where', `${placeOf(about)} of Harbinger${item === undefined ? '' : `, ${item}`}`),
    line('Since', sinceOf(since, atMs)),
  ];
}

function digestTextOf({ time, data }: DigestEvent, link?: string): AlertText {
  const { since, open, critical, resolved, sites, examples } = data;
  const headline = `${open + resolved} more alerts: ${open} open (${critical} critical), ${resolved} ended`;
  const lines = [
    headline,
    '',
    'There were more messages than could be delivered one by one, so these alerts are summed up.',
    '',
    `Open now:        ${open}, of these ${critical} critical`,
    `Ended:           ${resolved}`,
    `Summed up since: ${timeOf(since)}`,
    `Time:            ${timeOf(time)}`,
    ...list(
      'Sites with open ones:',
      sites.map(({ site, open }) => `${site}: ${open}`),
    ),
    ...list(
      'Some of them:',
      examples.map((example) => {
        const { severity, state } = example;
        const word = state === 'resolved' ? 'ended' : severity === 'critical' ? 'CRITICAL' : 'warning';
        if ('condition' in example)
          return `${word}: ${whatOf(example.condition)} on ${placeOf(example.about)}`;
        return `${word}: ${whatOf(example.failureMode)} on ${example.site}/${example.machine}`;
      }),
    ),
    ...(link === undefined ? [] : ['', `All: ${link}`]),
    '',
  ];
  return { headline, body: lines.join('\n') };
}

function lifeOf({ remainingLife, unitS }: Prediction): string {
  if (!remainingLife) return 'unknown';
  const { p10, p50, p90, unit } = remainingLife;
  const said = `about ${round(p50)} ${unit} (8 in 10 times between ${round(p10)} and ${round(p90)})`;
  if (unitS === undefined) return said;
  const ms = 1_000 * unitS;
  return `${said}, ${runningTimeText({ p10: ms * p10, p50: ms * p50, p90: ms * p90 })}`;
}

function judgeOf(prediction: Prediction): string {
  const { source, model, detector } = prediction;
  if (detector) return 'the learned baseline of this machine (no model)';
  if (isByPast(prediction)) return 'its own past, by what is usual for it (no model)';
  if (source === 'rules') return 'rules of the machine type (no model)';
  return model ? `model ${model.name}, version ${model.version}` : 'model';
}

/** True if rules give the figures, and the machine's past has raised the alert. */
function isByPast(prediction: Prediction): boolean {
  const { source, detector, kind, failureMode } = prediction;
  return source === 'rules' && detector === undefined && [kind, failureMode].includes('unusual');
}

function contributionText({ sensor, share, value, unit = '' }: Prediction['contributions'][number]): string {
  return `${sensor}: ${percent(share)}${value === null ? '' : `, now ${round(value)}${unitAfter(unit)}`}`;
}

function list(title: string, items: string[]): string[] {
  return items.length === 0 ? [] : ['', title, ...items.map((item) => `  - ${item}`)];
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function round(value: number): string {
  return String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
}
