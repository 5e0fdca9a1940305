/** Measures of alerting, as IEC 62682 and ISA-18.2 ask for them. Pure. */
import type { Spread } from '../../../shared/statistics/quantiles.ts';
import type { Share } from '../../../shared/statistics/wilson.ts';
import type { WarningOutcome } from '../../ports/outcomes/outcomes.ts';
import { figuresOf } from '../outcomes/figures.ts';

const hourMs = 3_600_000;
/** An alert that is open for longer than a day tells nobody anything any more. */
const staleMs = 24 * hourMs;
/** A machine that is told of so often for the same within an hour chatters. */
const chatteringMin = 3;
const noisiestMax = 10;
/** More than so many within ten minutes are more than one person can look at. */
const floodMin = 10;
const floodMs = 600_000;

export interface Named {
  machine: string;
  what: string;
  count: number;
}

export interface Measures {
  alerts: number;
  /** Alerts an hour, for each person who looks after them. */
  perHourAndPerson: number;
  people: number;
  /** Spans of ten minutes with more than ten alerts, of all. */
  floods: number;
  /** Machines and kinds with most alerts, and their part of all. */
  noisiest: Named[];
  noisiestShare: number | null;
  chattering: Named[];
  /** Open for more than a day at the end, or before they ended. */
  stale: number;
  confirmed: Share | null;
  /** From the first warning to the failure, ms. */
  leadMs: Spread | null;
}

export interface MeasuredSpan {
  fromMs: number;
  toMs: number;
  people: number;
}

/** @param warnings those that opened in the span */
export function measuresOf(
  warnings: readonly WarningOutcome[],
  { fromMs, toMs, people }: MeasuredSpan,
): Measures {
  const hours = (toMs - fromMs) / hourMs;
  const groups = new Map<string, { named: Named; openedMs: number[] }>();
  for (const { site, machine, failureMode, openedAt } of warnings) {
    const named = { machine: `${site}/${machine}`, what: failureMode, count: 0 };
    const key = JSON.stringify([named.machine, failureMode]);
    const group = groups.get(key) ?? { named, openedMs: [] };
    group.named.count++;
    group.openedMs.push(Date.parse(openedAt));
    groups.set(key, group);
  }
  const all = [...groups.values()].sort((a, b) => b.named.count - a.named.count);
  const noisiest = all.slice(0, noisiestMax).map(({ named }) => named);
  const ofNoisiest = noisiest.reduce((sum, { count }) => sum + count, 0);
  const figures = figuresOf(warnings, Number.MAX_SAFE_INTEGER);
  return {
    ...{ alerts: warnings.length, people, noisiest },
    perHourAndPerson: hours > 0 ? warnings.length / hours / people : 0,
    floods: floodsIn(warnings.map(({ openedAt }) => Date.parse(openedAt))),
    noisiestShare: warnings.length > 0 ? ofNoisiest / warnings.length : null,
    chattering: all
      .filter(({ openedMs }) => chatters(openedMs))
      .map(({ named }) => named)
      .slice(0, noisiestMax),
    stale: warnings.filter(({ openedAt, endedAt }) => {
      const endedMs = endedAt === null ? toMs : Math.min(toMs, Date.parse(endedAt));
      return endedMs - Date.parse(openedAt) > staleMs;
    }).length,
    confirmed: figures.precision,
    leadMs: figures.leadMs,
  };
}

function chatters(openedMs: readonly number[]): boolean {
  const sorted = [...openedMs].sort((a, b) => a - b);
  return sorted.some((ms, i) => (sorted[i + chatteringMin - 1] ?? Number.POSITIVE_INFINITY) - ms <= hourMs);
}

function floodsIn(openedMs: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const ms of openedMs) {
    const span = Math.floor(ms / floodMs);
    counts.set(span, (counts.get(span) ?? 0) + 1);
  }
  return [...counts.values()].filter((count) => count > floodMin).length;
}
