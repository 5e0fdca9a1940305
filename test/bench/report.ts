import { cpus, tmpdir, totalmem } from 'node:os';
import { fileSystemOf } from './measure/disk.ts';
import type { Spread } from './measure/stats.ts';
import type { FigureResult, ScenarioResult } from './runner.ts';

export interface BenchReport {
  at: string;
  /** `fileSystem`: that of the folders of the runs. */
  machine: {
    cpu: string;
    cpus: number;
    memoryMiB: number;
    platform: string;
    node: string;
    fileSystem: string;
  };
  /** The commit that was measured; null if the folder is not a checkout. */
  commit: string | null;
  quick: boolean;
  repetitions: number;
  /** With both sides, a figure is also a ratio: product ÷ bare Aedes under the same load in the same run. */
  scenarios: ScenarioResult[];
}

export function machineFacts(): BenchReport['machine'] {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cpus: cpus().length,
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    fileSystem: fileSystemOf(tmpdir()),
  };
}

/** Three significant digits, with thousands separators from a thousand on. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

export function spreadText(spread: Spread): string {
  if (Number.isNaN(spread.median)) return '';
  const apart = spread.max > spread.min ? ` (${short(spread.min)}–${short(spread.max)})` : '';
  return `${short(spread.median)}${apart}`;
}

/** Formats as `≥ 0.8 of bare`, or `≤ 10`. */
export function targetText({ target, targetFor, better }: FigureResult): string {
  if (target === undefined) return '';
  return `${better === 'higher' ? '≥' : '≤'} ${short(target)}${targetFor === 'value' ? '' : ' of bare'}`;
}

const head = ['scenario', 'figure', 'bare Aedes', 'Harbinger', 'ratio', 'target', ''];

function row(figure: FigureResult): string[] {
  return [
    figure.scenario,
    `${figure.title}, ${figure.unit}`,
    spreadText(figure.bare),
    spreadText(figure.product),
    spreadText(figure.ratio),
    targetText(figure),
    figure.met === null ? '' : figure.met ? 'met' : 'NOT MET',
  ];
}

/** Formats as `Xeon, 2 CPUs, 8 GiB, linux x64, Node v22.1.0, ext2/3/4 (0xef53)`. */
export function machineText(machine: BenchReport['machine']): string {
  const { cpu, cpus: count, memoryMiB, platform, node, fileSystem } = machine;
  const memory = `${Math.round(memoryMiB / 1_024)} GiB`;
  return `${cpu}, ${count} CPUs, ${memory}, ${platform}, Node ${node}, ${fileSystem}`;
}

function about({ machine, commit, repetitions, quick, at }: BenchReport): string {
  const version = commit === null ? '' : `, commit ${commit}`;
  return `${machineText(machine)}${version}, ${at.slice(0, 10)}; median of ${repetitions} (min–max)${quick ? '; quick: too short to quote' : ''}`;
}

function remarks(report: BenchReport): string[] {
  return report.scenarios.flatMap((scenario) => [
    ...(scenario.skipped === undefined ? [] : [`skipped ${scenario.name}: ${scenario.skipped}`]),
    ...scenario.problems.map((problem) => `PROBLEM in ${scenario.name}: ${problem}`),
  ]);
}

/** The figures as an aligned table, followed by skipped scenarios and problems. */
export function reportText(report: BenchReport): string {
  const rows = [head, ...report.scenarios.flatMap((scenario) => scenario.figures.map(row))];
  const widths = head.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const lines = rows.map((cells) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, '', about(report), ...remarks(report)].join('\n');
}

/** The figures with a target, as a table for a README. */
export function reportMarkdown(report: BenchReport): string {
  const rows = report.scenarios.flatMap(({ title, figures }) =>
    figures
      .filter((figure) => figure.target !== undefined)
      .map((figure) => {
        const value = `${spreadText(figure.product)} ${figure.unit}`;
        const ratio = spreadText(figure.ratio);
        const measured = figure.targetFor === 'value' ? value : `**${ratio}** (${value})`;
        const verdict = figure.met === null ? '–' : figure.met ? 'met' : '**missed**';
        return `| ${title}: ${figure.title} | ${measured} | ${targetText(figure)} | ${verdict} |`;
      }),
  );
  return [
    '| figure | measured | target | |',
    '|---|---|---|---|',
    ...rows,
    '',
    `${about(report)}.`,
    ...remarks(report).map((remark) => `\n${remark}`),
    '',
  ].join('\n');
}
