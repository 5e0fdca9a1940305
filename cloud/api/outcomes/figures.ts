/** Figures of those who warned: how many warnings were right, how many failures were missed, how early it was stated. */
import { type Spread, spreadOf } from '../../../shared/statistics/quantiles.ts';
import { type Share, shareOf } from '../../../shared/statistics/wilson.ts';
import type { FailureOutcome, JudgedWith, Outcome, WarningOutcome } from '../../ports/outcomes/outcomes.ts';

export interface Figures {
  warnings: {
    total: number;
    confirmed: number;
    falseAlarms: number;
    planned: number;
    /** Warnings of which nobody has said anything, and nothing was inferred. */
    unknown: number;
    /** Unknown ones that are open still. */
    open: number;
    /** Confirmed ones that no person has confirmed. */
    inferred: number;
  };
  /** Confirmed ones, of those that were confirmed or false alarms. */
  precision: Share | null;
  /** Failures that were warned of, and confirmed warnings without a reported failure, of these and those that were missed. */
  recall: Share | null;
  /** From the first warning to the failure, ms. */
  leadMs: Spread | null;
  calibration: Bin[];
  months: Month[];
}

/** Warnings that were stated with a confidence in a range. */
export interface Bin {
  from: number;
  to: number;
  /** The mean of what was stated. */
  said: number;
  confirmed: Share;
}

export interface Month {
  /** `2026-11`, by UTC. */
  month: string;
  precision: Share | null;
  recall: Share | null;
  /** The mean of the confidences with which those that count were stated; null if none was. */
  said: number | null;
  leadMs: Spread | null;
}

export interface PolicyFigures extends Figures, JudgedWith {
  machineType: string;
}

const binCount = 5;
const monthsMax = 24;

const isWarning = (each: Outcome): each is WarningOutcome => each.kind === 'warning';
const isFailure = (each: Outcome): each is FailureOutcome => each.kind === 'failure';
const ofMachines = ({ policy }: JudgedWith) => !['silence', 'sensor', 'person'].includes(policy);
const isCounted = ({ verdict }: Outcome) => verdict === 'confirmed' || verdict === 'false-alarm';
const beganMs = (each: Outcome) => Date.parse(isWarning(each) ? each.openedAt : each.failedAt);

/** Figures of all that warn of failures together. @param last so many of the latest warnings of which it is known what they were */
export function figuresOf(outcomes: readonly Outcome[], last: number): Figures {
  const warnings = outcomes.filter(isWarning).filter(({ raisedBy }) => ofMachines(raisedBy));
  return figures({ warnings, failures: outcomes.filter(isFailure), last });
}

/** Figures of each policy and version for each machine type; those with most warnings first. */
export function figuresByPolicy(outcomes: readonly Outcome[], last: number): PolicyFigures[] {
  const groups = new Map<string, { by: JudgedWith; machineType: string; warnings: WarningOutcome[] }>();
  const groupOf = ({ policy, name, version }: JudgedWith, machineType: string) => {
    const key = JSON.stringify([policy, name, version, machineType]);
    const group = groups.get(key) ?? { by: { policy, name, version }, machineType, warnings: [] };
    groups.set(key, group);
    return group;
  };
  const failures = outcomes.filter(isFailure);
  for (const warning of outcomes.filter(isWarning))
    groupOf(warning.raisedBy, warning.machineType).warnings.push(warning);
  // One that has never warned of anything must be seen too.
  for (const { verdict, judgedBy, machineType } of failures)
    if (verdict === 'missed' && judgedBy) groupOf(judgedBy, machineType);
  return [...groups.values()]
    .sort((a, b) => b.warnings.length - a.warnings.length)
    .map(({ by, machineType, warnings }) => {
      const ids = new Set(warnings.map(({ gateway, id }) => `${gateway}/${id}`));
      const own = failures.filter((each) => {
        if (each.machineType !== machineType || !ofMachines(by)) return false;
        if (each.verdict !== 'missed') return each.warnings.some((id) => ids.has(`${each.gateway}/${id}`));
        // Limits hold whatever else judges a machine.
        return by.policy === 'limit' || (each.judgedBy !== null && isSame(each.judgedBy, by));
      });
      return { ...by, machineType, ...figures({ warnings, failures: own, last, hasRecall: ofMachines(by) }) };
    });
}

interface Counted {
  warnings: readonly WarningOutcome[];
  failures: readonly FailureOutcome[];
  last: number;
  hasRecall?: boolean;
}

function figures({ warnings: all, failures: allFailures, last, hasRecall = true }: Counted): Figures {
  const sinceMs = sinceOf(all, last);
  const isLate = (each: Outcome) => beganMs(each) >= sinceMs;
  const [warnings, failures] = [all.filter(isLate), allFailures.filter(isLate)];
  const of = (verdict: Outcome['verdict']) => warnings.filter((each) => each.verdict === verdict);
  const [confirmed, unknown] = [of('confirmed'), of('unknown')];
  return {
    warnings: {
      total: warnings.length,
      confirmed: confirmed.length,
      falseAlarms: of('false-alarm').length,
      planned: of('planned').length,
      unknown: unknown.length,
      open: unknown.filter(({ endedAt }) => endedAt === null).length,
      inferred: confirmed.filter(({ isInferred }) => isInferred).length,
    },
    precision: precisionOf(warnings),
    recall: hasRecall ? recallOf(warnings, failures) : null,
    leadMs: spreadOf(leadsOf(confirmed)),
    calibration: calibrationOf(warnings),
    months: monthsOf(all, hasRecall ? allFailures : null),
  };
}

/** When the first of the latest warnings that count was raised. */
function sinceOf(warnings: readonly WarningOutcome[], last: number): number {
  const times = warnings
    .filter(isCounted)
    .map(beganMs)
    .sort((a, b) => b - a);
  return times.length < last ? Number.NEGATIVE_INFINITY : times[last - 1]!;
}

function precisionOf(warnings: readonly WarningOutcome[]): Share | null {
  const counted = warnings.filter(isCounted);
  return shareOf(counted.filter(({ verdict }) => verdict === 'confirmed').length, counted.length);
}

function recallOf(warnings: readonly WarningOutcome[], failures: readonly FailureOutcome[]): Share | null {
  // A machine that was mended in time did not fail.
  const prevented = warnings.filter(
    ({ verdict, failedAt }) => verdict === 'confirmed' && failedAt === undefined,
  ).length;
  const warned = failures.filter(({ verdict }) => verdict === 'confirmed').length + prevented;
  const missed = failures.filter(({ verdict }) => verdict === 'missed').length;
  return shareOf(warned, warned + missed);
}

/** One for each failure, from its first warning. */
function leadsOf(confirmed: readonly WarningOutcome[]): number[] {
  const leads = new Map<string, number>();
  for (const { gateway, site, machine, openedAt, failedAt } of confirmed) {
    if (failedAt === undefined) continue;
    const failure = `${gateway}/${site}/${machine}/${failedAt}`;
    const leadMs = Math.max(0, Date.parse(failedAt) - Date.parse(openedAt));
    leads.set(failure, Math.max(leadMs, leads.get(failure) ?? 0));
  }
  return [...leads.values()];
}

function calibrationOf(warnings: readonly WarningOutcome[]): Bin[] {
  const bins = Array.from({ length: binCount }, () => ({ said: 0, confirmed: 0, count: 0 }));
  for (const { verdict, confidence } of warnings.filter(isCounted)) {
    if (confidence === null) continue;
    const bin = bins[Math.min(binCount - 1, Math.floor(confidence * binCount))]!;
    bin.count += 1;
    bin.said += confidence;
    if (verdict === 'confirmed') bin.confirmed += 1;
  }
  return bins.flatMap(({ said, confirmed, count }, i) => {
    const share = shareOf(confirmed, count);
    return share
      ? [{ from: i / binCount, to: (i + 1) / binCount, said: said / count, confirmed: share }]
      : [];
  });
}

function monthsOf(warnings: readonly WarningOutcome[], failures: readonly FailureOutcome[] | null): Month[] {
  const monthOf = (each: Outcome) => new Date(beganMs(each)).toISOString().slice(0, 7);
  const names = new Set([...warnings.filter(isCounted), ...(failures ?? [])].map(monthOf));
  return [...names]
    .sort()
    .slice(-monthsMax)
    .map((month) => {
      const isOf = (each: Outcome) => monthOf(each) === month;
      const own = warnings.filter(isOf);
      const recall = failures && recallOf(own, failures.filter(isOf));
      const stated = own.filter(isCounted).flatMap(({ confidence }) => confidence ?? []);
      const said = stated.length === 0 ? null : stated.reduce((sum, each) => sum + each, 0) / stated.length;
      const leadMs = spreadOf(leadsOf(own.filter(({ verdict }) => verdict === 'confirmed')));
      return { month, precision: precisionOf(own), recall, said, leadMs };
    });
}

function isSame(a: JudgedWith, b: JudgedWith): boolean {
  return a.policy === b.policy && a.name === b.name && a.version === b.version;
}
