import { cpus, totalmem } from 'node:os';
import type { FigureResult, ScenarioResult } from './runner.ts';
import type { Spread } from './stats.ts';

export interface BenchReport {
  at: string;
  machine: { cpu: string; cpus: number; memoryMiB: number; platform: string; node: string };
  quick: boolean;
  repetitions: number;
  /** Every figure is also a ratio: product ÷ bare Aedes under the same load in the same run. */
  scenarios: ScenarioResult[];
}

export function machineFacts(): BenchReport['machine'] {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cpus: cpus().length,
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}

/** Three significant digits, with separators of thousands above a thousand. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

function spreadText(spread: Spread): string {
  const apart = spread.max > spread.min ? ` (${short(spread.min)}–${short(spread.max)})` : '';
  return `${short(spread.median)}${apart}`;
}

function row(figure: FigureResult): string[] {
  const bound = figure.better === 'higher' ? '≥' : '≤';
  const target = figure.target === undefined ? '' : `${bound} ${figure.target}`;
  const verdict = figure.met === null ? '' : figure.met ? 'met' : 'NOT MET';
  return [
    figure.scenario,
    `${figure.title}, ${figure.unit}`,
    spreadText(figure.bare),
    spreadText(figure.product),
    spreadText(figure.ratio),
    target,
    verdict,
  ];
}

/** The figures as an aligned table, then what was skipped and what went wrong. */
export function reportText(report: BenchReport): string {
  const head = ['scenario', 'figure', 'bare Aedes', 'Harbinger', 'ratio', 'target', ''];
  const rows = [head, ...report.scenarios.flatMap((scenario) => scenario.figures.map(row))];
  const widths = head.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const lines = rows.map((cells) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
  const { machine, repetitions, quick } = report;
  const remarks = report.scenarios.flatMap((scenario) => [
    ...(scenario.skipped === undefined ? [] : [`skipped ${scenario.name}: ${scenario.skipped}`]),
    ...scenario.problems.map((problem) => `PROBLEM in ${scenario.name}: ${problem}`),
  ]);
  const about = `${machine.cpu}, ${machine.cpus} CPUs, ${machine.platform}, Node ${machine.node}; median of ${repetitions} (min–max)${quick ? '; quick: too short to quote' : ''}`;
  return [...lines, '', about, ...remarks].join('\n');
}
