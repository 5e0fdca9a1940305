import { isEventOf, type Prediction } from '../contract/events.ts';
import type { DigestEvent } from './digest.ts';
import type { Notification } from './notifier.ts';

export interface AlertText {
  /** One line: severity or end, failure mode, machine. */
  headline: string;
  body: string;
}

/**
 * Formats a notification for a technician: the machine, the failure that is expected or the limit that is met, its remaining life, the reasons, and the
 * origin of the assessment.
 */
export function alertTextOf(notification: Notification, link?: string): AlertText {
  if (notification.change === 'digest') return digestTextOf(notification.event, link);
  const { event, change } = notification;
  const prediction = event.data as Prediction;
  const machine = `${prediction.site}/${prediction.machine}`;
  const resolved = change === 'resolved' || isEventOf(event, 'io.harbinger.prediction.resolved.v1');
  const headline = resolved
    ? `Resolved: ${prediction.failureMode} on ${machine}`
    : `${prediction.severity === 'critical' ? 'CRITICAL' : 'Warning'}: ${prediction.failureMode} on ${machine}`;
  const lines = [
    headline + (change === 'updated' ? ' (changed)' : ''),
    '',
    `Machine:         ${prediction.machine} (${prediction.machineType}), site ${prediction.site}`,
    ...(resolved ? [] : [`Remaining life:  ${lifeOf(prediction)}`]),
    `Health:          ${percent(prediction.health)}`,
    `Confidence:      ${percent(prediction.confidence)}`,
    `Judged by:       ${judgeOf(prediction)}`,
    `Time:            ${event.time}`,
    ...list('Why:', prediction.reasons),
    ...list('Sensors that weigh most:', prediction.contributions.map(contributionText)),
    ...(link === undefined ? [] : ['', `More: ${link}`]),
    '',
    `Alert ${prediction.predictionId}, decision ${prediction.decisionId}`,
    '',
  ];
  return { headline, body: lines.join('\n') };
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
    `Summed up since: ${since}`,
    `Time:            ${time}`,
    ...list(
      'Sites with open ones:',
      sites.map(({ site, open }) => `${site}: ${open}`),
    ),
    ...list(
      'Some of them:',
      examples.map(({ site, machine, failureMode, severity, state }) => {
        const what = state === 'resolved' ? 'ended' : severity === 'critical' ? 'CRITICAL' : 'warning';
        return `${what}: ${failureMode} on ${site}/${machine}`;
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

function contributionText({ sensor, share, value }: Prediction['contributions'][number]): string {
  return `${sensor}: ${percent(share)}${value === null ? '' : `, now ${round(value)}`}`;
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
