/**
 * Lead time and false alerts (models/backtest): judges the warnings that policies raised over whole recorded
 * or simulated lives. This folder holds the fleets, the figures and the report; the code that runs lives
 * through the gateway is deploy/backtest.
 *
 * A failure is warned of in time if a warning opened at least one planning horizon before it. A warning is
 * false if it opened more than `earlyFactor` horizons before the failure, or on a machine that did not fail
 * while it was watched: whoever goes there finds nothing to repair.
 */
import { quantile } from '../../shared/statistics/quantiles.ts';
import type { Fleet, WatchedRun } from './fleet.ts';

/** A prediction that opened, with the machine's row at that moment (0 is its first row). */
export interface Warning {
  machine: string;
  failureMode: string;
  openedRow: number;
}

export interface Horizon {
  /** Length of the planning horizon, in rows. */
  rows: number;
  /** A warning that opens more than this many horizons before the failure is false. */
  earlyFactor: number;
}

/** The best result that any warning of a failure achieved. */
export type Outcome = 'in time' | 'late' | 'too early' | 'missed';

export interface WarningFigures {
  failures: number;
  /** Number of failures by outcome. `too early` means that all warnings of the failure were false. */
  outcomes: Record<Outcome, number>;
  /** Share of failures that were warned of in time; null without failures. */
  shareInTime: number | null;
  /**
   * Rows from the first true warning to the failure, one entry per failure with a true warning, ascending.
   */
  leadRows: number[];
  /** Quartiles of leadRows; null if leadRows is empty. */
  lead: { q25: number; median: number; q75: number } | null;
  falseAlerts: number;
  /** Machine-months during which a warning would have been false. */
  healthyMonths: number;
  /** False alerts per machine-month; null if healthyMonths is 0. */
  falsePerMachineMonth: number | null;
}

const monthMs = 30 * 86_400_000;

function quartiles(sorted: readonly number[]): WarningFigures['lead'] {
  if (sorted.length === 0) return null;
  return { q25: quantile(sorted, 0.25), median: quantile(sorted, 0.5), q75: quantile(sorted, 0.75) };
}

/** Lead times, in rows, of the true warnings of a failing machine, longest first. */
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
    // A run that is over sends nothing more, which raises an alert too: it says nothing of what was watched.
    const own = warnings.filter(({ machine, openedRow }) => machine === run.machine && openedRow < run.rows);
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
