/**
 * What warnings are worth to those who plan repairs. A failure is warned in time if a warning opened at least one planning
 * horizon before it. A warning is false if it opened more than `earlyFactor` horizons before the failure, or on a machine
 * that did not fail while it was watched: whoever goes there finds nothing to do.
 */
import type { Fleet, WatchedRun } from './fleet.ts';

/** A prediction that opened, by the machine's row (0 is its first). */
export interface Warning {
  machine: string;
  failureMode: string;
  openedRow: number;
}

export interface Horizon {
  /** Rows. */
  rows: number;
  /** A warning more than so many horizons ahead is false. */
  earlyFactor: number;
}

/** How a failure was met; the best that one of its warnings achieved. */
export type Outcome = 'in time' | 'late' | 'too early' | 'missed';

export interface WarningFigures {
  failures: number;
  /** Each failure's outcome; `too early`: nothing but false warnings. */
  outcomes: Record<Outcome, number>;
  /** `in time` over failures; null without failures. */
  shareInTime: number | null;
  /** Rows from the first warning that was not false to the failure, of each failure that had one; rising. */
  leadRows: number[];
  /** Quartiles of leadRows; null if there are none. */
  lead: { q25: number; median: number; q75: number } | null;
  falseAlerts: number;
  /** Time during which a warning would have been false. */
  healthyMonths: number;
  /** Null where no such time was watched. */
  falsePerMachineMonth: number | null;
}

const monthMs = 30 * 86_400_000;

/** Linear interpolation between the ordered values. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)]!;
  return low + (at - Math.floor(at)) * (sorted[Math.ceil(at)]! - low);
}

function quartiles(sorted: readonly number[]): WarningFigures['lead'] {
  if (sorted.length === 0) return null;
  return { q25: quantile(sorted, 0.25), median: quantile(sorted, 0.5), q75: quantile(sorted, 0.75) };
}

/** The leads of a failing machine's warnings that are not false, longest first. */
function trueLeads(run: WatchedRun, warnings: readonly Warning[], horizon: Horizon): number[] {
  const leads = warnings.map(({ openedRow }) => run.rows - 1 - openedRow);
  return leads.filter((lead) => lead <= horizon.rows * horizon.earlyFactor).sort((a, b) => b - a);
}

function healthyRows(run: WatchedRun, { rows, earlyFactor }: Horizon): number {
  return run.fails ? Math.max(0, run.rows - 1 - Math.floor(rows * earlyFactor)) : run.rows;
}

export function warningFigures(fleet: Fleet, warnings: readonly Warning[], horizon: Horizon): WarningFigures {
  const outcomes: Record<Outcome, number> = { 'in time': 0, late: 0, 'too early': 0, missed: 0 };
  const leadRows: number[] = [];
  let falseAlerts = 0;
  let rows = 0;
  for (const run of fleet.runs) {
    const own = warnings.filter(({ machine }) => machine === run.machine);
    const leads = run.fails ? trueLeads(run, own, horizon) : [];
    falseAlerts += own.length - leads.length;
    rows += healthyRows(run, horizon);
    if (!run.fails) continue;
    const [longest] = leads;
    if (longest === undefined) outcomes[own.length > 0 ? 'too early' : 'missed'] += 1;
    else {
      outcomes[longest >= horizon.rows ? 'in time' : 'late'] += 1;
      leadRows.push(longest);
    }
  }
  leadRows.sort((a, b) => a - b);
  const failures = fleet.runs.filter((run) => run.fails).length;
  const healthyMonths = (rows * fleet.msPerRow) / monthMs;
  return {
    failures,
    outcomes,
    shareInTime: failures > 0 ? outcomes['in time'] / failures : null,
    leadRows,
    lead: quartiles(leadRows),
    falseAlerts,
    healthyMonths,
    falsePerMachineMonth: healthyMonths > 0 ? falseAlerts / healthyMonths : null,
  };
}
