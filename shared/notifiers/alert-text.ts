import { alertSaid, contentOf, placeOf } from '../contract/alert-content.ts';
import { isEstimated, whatOf } from '../contract/alerts/alert-kinds.ts';
import type { ConditionData } from '../contract/condition.ts';
import { type AlertEvent, alertEventChange, type Prediction } from '../contract/events.ts';
import { dateTimeText } from '../words/times.ts';
import { unitAfter } from '../words/units.ts';
import type { DigestEvent } from './digest.ts';
import type { AlertNotification, Notification } from './notifier.ts';

export interface AlertText {
  /** One line: severity or end, what, where. */
  headline: string;
  body: string;
}

/**
 * Formats a notification for a technician. About a machine: the failure that is expected or the limit that is met, its
 * remaining life, the reasons, and the origin of the assessment. About Harbinger itself: what is wrong, since when, and
 * what to do.
 */
export function alertTextOf(notification: Notification, link?: string): AlertText {
  if (notification.change === 'digest') return digestTextOf(notification.event, link);
  const { event, change } = notification;
  const { data } = event as AlertEvent;
  const said = alertSaid(contentOf(data));
  const isResolved = change === 'resolved' || isEndOf(event);
  const word = isResolved ? endWord(data) : said.severity === 'critical' ? 'CRITICAL' : 'Warning';
  const headline = `${word}: ${whatOf(said.what)} on ${said.where}`;
  const lines = [
    headline + (change === 'updated' ? ' (changed)' : ''),
    '',
    ...('conditionId' in data ? conditionLines(data) : machineLines(data, isResolved)),
    `Time:            ${timeOf(event.time)}`,
    ...list('Why:', [...said.reasons]),
    ...('conditionId' in data ? [] : weighing(data)),
    ...(link === undefined ? [] : ['', `More: ${link}`]),
    '',
    `Alert ${said.alertId}${'conditionId' in data ? '' : `, decision ${data.decisionId}`}`,
    '',
  ];
  return { headline, body: lines.join('\n') };
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

function machineLines(prediction: Prediction, isResolved: boolean): string[] {
  const { machine, machineType, site, health, confidence } = prediction;
  const which = `Machine:         ${machine} (${machineType}), site ${site}`;
  if (!isEstimated(prediction)) return [which];
  return [
    which,
    ...(isResolved ? [] : [`Remaining life:  ${lifeOf(prediction)}`]),
    `Health:          ${percent(health)}`,
    `Confidence:      ${percent(confidence)}`,
    `Judged by:       ${judgeOf(prediction)}`,
  ];
}

function weighing(prediction: Prediction): string[] {
  if (!isEstimated(prediction)) return [];
  return list('Sensors that weigh most:', prediction.contributions.map(contributionText));
}

function conditionLines({ about, item, since }: ConditionData): string[] {
  return [
    `Where:           ${placeOf(about)} of Harbinger${item === undefined ? '' : `, ${item}`}`,
    `Since:           ${timeOf(since)}`,
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
        if ('condition' in example) return `${word}: ${example.condition} on ${placeOf(example.about)}`;
        return `${word}: ${whatOf(example.failureMode)} on ${example.site}/${example.machine}`;
      }),
    ),
    ...(link === undefined ? [] : ['', `All: ${link}`]),
    '',
  ];
  return { headline, body: lines.join('\n') };
}

function lifeOf({ remainingLife }: Prediction): string {
  if (!remainingLife) return 'unknown';
  const { p10, p50, p90, unit } = remainingLife;
  return `about ${round(p50)} ${unit} (8 in 10 times between ${round(p10)} and ${round(p90)})`;
}

function judgeOf({ source, model, detector }: Prediction): string {
  if (detector) return 'the learned baseline of this machine (no model)';
  if (source === 'rules') return 'rules of the machine type (no model)';
  return model ? `model ${model.name}, version ${model.version}` : 'model';
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
