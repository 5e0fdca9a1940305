import { alertEventChange, type HarbingerEvent, isAlertEvent } from '../../../shared/contract/events.ts';
import { stringField } from '../../../shared/contract/line-protocol.ts';

/** Bytes of a text are bounded: reasons may be many, and a store refuses long lines. */
const textLengthMax = 2_000;

/**
 * Returns the line of measurement `alert` for each change of an alert about a machine, for people who work in the store: tags
 * `failure_mode`, `severity` and `state` (`open` or `resolved`), fields `id`, `outcome`, `remaining_life` and `text`. A remaining life that
 * is not known is written as `unknown`: without it the last value would be one of before. Empty for any other event.
 */
export function alertLines(gateway: string, event: HarbingerEvent, time: string): string[] {
  if (!isAlertEvent(event) || !('predictionId' in event.data)) return [];
  const { site, machine, predictionId, failureMode, severity, remainingLife, reasons, outcome } = event.data;
  const isOver = alertEventChange(event) === 'resolved';
  const tags = [
    ...[`failure_mode=${failureMode}`, `gateway=${gateway}`, `machine=${machine}`],
    ...[`severity=${severity}`, `site=${site}`, `state=${isOver ? 'resolved' : 'open'}`],
  ];
  const fields = [
    `id=${stringField(predictionId)}`,
    `outcome=${stringField(isOver ? (outcome ?? 'ended') : 'open')}`,
    `remaining_life=${stringField(lifeText(remainingLife))}`,
    `text=${stringField(reasons.join(' · ').slice(0, textLengthMax))}`,
  ];
  return [`alert,${tags.join(',')} ${fields.join(',')} ${time}`];
}

function lifeText(life: { p10: number; p50: number; p90: number; unit: string } | null): string {
  if (!life) return 'unknown';
  const [p10, p50, p90] = [life.p10, life.p50, life.p90].map((value) => Number(value.toPrecision(3)));
  return `${p50} ${life.unit} (${p10} to ${p90})`;
}
