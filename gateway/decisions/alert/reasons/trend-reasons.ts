/** Formulates when a sensor reaches its limits: how fast it moves, and in about how long, from when to when. */
import { unitAfter } from '../../../../shared/words/units.ts';
import type { AlertInput } from '../../../ports/decision.ts';
import type { LimitReached, TimeToLimit } from '../../../ports/limits/time-to-limit.ts';
import { numberText } from './reasons.ts';

const saidMax = 2;
const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;

type Named = { sensor: string };

/** The sensors that move towards a limit that they have not met, the soonest first. @param of only these sensors */
export function trendsIn({ timeToLimit, limits = [] }: AlertInput, of?: readonly Named[]): TimeToLimit[] {
  if (!timeToLimit || of?.length === 0) return [];
  const rank = { warning: 1, critical: 2 };
  return timeToLimit(of)
    .map((time) => {
      const met = limits.find(({ sensor }) => sensor === time.sensor)?.met;
      const isLeft = (limit: LimitReached) =>
        !met || met.side !== time.side || rank[limit.severity] > rank[met.severity];
      return { ...time, limits: time.limits.filter(isLeft) };
    })
    .filter(({ state, limits: left }) => state === 'trend' && left.length > 0)
    .sort((a, b) => a.limits[0]!.likelyMs - b.limits[0]!.likelyMs);
}

/** One sentence for each of the sensors that reach a limit soonest. @param of only these sensors */
export function trendReasons(input: AlertInput, of?: readonly Named[]): string[] {
  const isMeant = ({ sensor }: TimeToLimit) => of === undefined || of.some((one) => one.sensor === sensor);
  return trendsIn(input, of)
    .filter(isMeant)
    .slice(0, saidMax)
    .map((time) => trendReason(time, input.timeMs));
}

function trendReason({ sensor, unit: sensorUnit, trend, limits }: TimeToLimit, nowMs: number): string {
  const unit = unitAfter(sensorUnit);
  const { perDay, over } = trend!;
  const isFast = over === 'minutes' || over === 'hours';
  const change = Math.abs(isFast ? perDay / 24 : perDay);
  const moves = `${sensor} ${perDay < 0 ? 'falls' : 'rises'} by ${numberText(change)}${unit} ${isFast ? 'an hour' : 'a day'}`;
  const reached = limits.map(({ severity, limit, ...when }) => {
    const word = severity === 'critical' ? 'alarm' : 'warning';
    return `its ${word} limit of ${numberText(limit)}${unit} ${whenText(when, nowMs)}`;
  });
  return `${moves}: it reaches ${reached.join(', and ')}`;
}

type When = Pick<LimitReached, 'earliestMs' | 'likelyMs' | 'latestMs'>;

function whenText({ earliestMs, likelyMs, latestMs }: When, nowMs: number): string {
  const left = likelyMs - nowMs;
  if (left < minuteMs) return 'at any time now';
  const [unitMs, one, many] =
    left >= 2 * dayMs
      ? [dayMs, 'day', 'days']
      : left >= 2 * hourMs
        ? [hourMs, 'hour', 'hours']
        : [minuteMs, 'minute', 'minutes'];
  const count = (ms: number) => Math.max(0, Math.round((ms - nowMs) / unitMs));
  const likely = count(likelyMs);
  const range =
    latestMs === null ? `${count(earliestMs)} or more` : `${count(earliestMs)} to ${count(latestMs)}`;
  return `in about ${likely} ${likely === 1 ? one : many}, ${range}`;
}
