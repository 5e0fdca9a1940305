import type { Horizon, Outcome, WarningFigures } from './figures.ts';
import type { Fleet } from './fleet.ts';

/** The results of all policies on the same machines. */
export interface BacktestReport {
  machineType: string;
  /** Sentences that name the machines and the model that was used. */
  data: string;
  lifeUnit: string;
  /** Hours between two rows. */
  hoursPerRow: number;
  horizon: Horizon;
  policies: { name: string; meaning: string; figures: WarningFigures }[];
}

export function reportOf(
  fleet: Fleet,
  lifeUnit: string,
  horizon: Horizon,
  policies: BacktestReport['policies'],
): BacktestReport {
  const { machineType, description: data, msPerRow } = fleet;
  return { machineType, data, lifeUnit, hoursPerRow: msPerRow / 3_600_000, horizon, policies };
}

const heading = ['policy', 'warned in time', 'late', 'too early', 'missed', 'lead: median (quartiles)'];
const lastHeading = 'false alerts per machine-month';

function cells({ name, figures }: BacktestReport['policies'][number]): string[] {
  const { failures, outcomes, shareInTime, lead, falseAlerts, falsePerMachineMonth } = figures;
  const count = (outcome: Outcome) => String(outcomes[outcome]);
  const share = shareInTime === null ? '—' : `${(100 * shareInTime).toFixed(0)} %`;
  return [
    name,
    failures === 0 ? '—' : `${share} (${outcomes['in time']} of ${failures})`,
    count('late'),
    count('too early'),
    count('missed'),
    lead ? `${lead.median.toFixed(0)} (${lead.q25.toFixed(0)}–${lead.q75.toFixed(0)})` : '—',
    falsePerMachineMonth === null ? '—' : `${rateText(falsePerMachineMonth)} (${falseAlerts})`,
  ];
}

function rowsOf(report: BacktestReport): string[][] {
  return [[...heading, lastHeading], ...report.policies.map(cells)];
}

/** Two significant digits; whole numbers from 10 up. */
export function rateText(rate: number): string {
  return rate >= 10 ? String(Math.round(rate)) : String(Number(rate.toPrecision(2)));
}

export function durationText(hours: number): string {
  if (hours >= 48) return `${(hours / 24).toPrecision(2)} days`;
  return hours >= 1 ? `${hours.toPrecision(2)} hours` : `${(60 * hours).toPrecision(2)} minutes`;
}

/** Sentences that explain how to read the table. */
export function notesOf(report: BacktestReport): string[] {
  const { data, horizon, lifeUnit, hoursPerRow, policies } = report;
  const early = horizon.rows * horizon.earlyFactor;
  const inTime = (rows: number) => `${rows} ${lifeUnit} (${durationText(rows * hoursPerRow)})`;
  const months = policies[0]?.figures.healthyMonths ?? 0;
  return [
    `${data}.`,
    `Planning horizon: ${inTime(horizon.rows)}. In time: warned at least that long before the failure. Lead in ${lifeUnit}.`,
    `False: opened more than ${inTime(early)} before the failure, or on a machine that does not fail; ` +
      `a warning would have been false during ${months.toPrecision(3)} machine-months.`,
    'Too early: a failure with only false warnings before it. Missed: no warning at all.',
    ...policies.map(({ name, meaning }) => `${name}: ${meaning}.`),
  ];
}

/** The table for a terminal, with aligned columns. */
export function tableLines(report: BacktestReport): string[] {
  const rows = rowsOf(report);
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

export function markdownTable(report: BacktestReport): string[] {
  const [head, ...body] = rowsOf(report).map((row) => `| ${row.join(' | ')} |`);
  return [head!, `|${heading.map(() => '---|').join('')}---|`, ...body];
}
