/**
 * `npm run bench -- growth` (test/bench/growth): measures how cost grows with each of five sizes. It writes a chart
 * and a verdict for each; a new size is a new curve here.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../../shared/files/paths.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { commitOf } from '../measure/checkout.ts';
import type { BenchOptions } from '../options.ts';
import { machineFacts, machineText, short } from '../report.ts';
import { growthSvg } from './chart.ts';
import { type Curve, type CurveContext, type CurveResult, exponentMax, verdictOf } from './curve.ts';
import { history } from './history-curve.ts';
import { fleet, machines, messageSize, sensors } from './ingest-curves.ts';
import { journalSize } from './journal-curve.ts';

const curves: readonly Curve[] = [fleet, machines, sensors, messageSize, journalSize, history];

function table({ sizeTitle, series, points }: CurveResult): string[] {
  const row = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [
    row([sizeTitle, ...series.map(({ title, unit }) => `${title}, ${unit}`)]),
    row(['---:', ...series.map(() => '---:')]),
    ...points.map(({ size, costs }) => row([short(size), ...series.map(({ key }) => short(costs[key]!))])),
  ];
}

export function growthMarkdown(results: readonly CurveResult[], at: string): string {
  return [
    '# How cost grows',
    '',
    `Measured on ${machineText(machineFacts())}, ${at.slice(0, 10)}, with \`npm run bench -- growth\`.`,
    `A step counts as worse than linear if the total cost grows faster than size^${exponentMax}, since single runs differ.`,
    ...results.flatMap((curve) => [
      '',
      `## ${curve.title}`,
      '',
      `![${curve.title}](growth-${curve.name}.svg)`,
      '',
      ...table(curve),
      '',
      ...curve.series.map((series) => `- ${verdictOf(curve, series)}.`),
      '',
      curve.remark,
    ]),
    '',
  ].join('\n');
}

async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-growth-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** @throws RangeError for the name of a curve that does not exist */
export async function runGrowth({ only, quick, out, json }: BenchOptions): Promise<number> {
  const unknown = only.find((name) => !curves.some((curve) => curve.name === name));
  const names = curves.map(({ name }) => name).join(', ');
  if (unknown !== undefined) throw new RangeError(`no curve '${unknown}' (known: ${names})`);
  const say = (text: string) => void process.stderr.write(`${text}\n`);
  const context: CurveContext = { quick, say, withFolder };
  const results: CurveResult[] = [];
  for (const curve of curves) {
    if (only.length === 0 || only.includes(curve.name)) results.push(await curve.run(context));
  }
  const at = new Date(systemClock.nowMs()).toISOString();
  await mkdir(out, { recursive: true });
  for (const curve of results) await writeFile(join(out, `growth-${curve.name}.svg`), growthSvg(curve));
  const report = { at, machine: machineFacts(), commit: commitOf(packageRoot), quick, curves: results };
  await writeFile(join(out, 'growth.json'), `${JSON.stringify(report, null, 2)}\n`);
  const text = growthMarkdown(results, at);
  await writeFile(join(out, 'growth.md'), text);
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : text);
  return 0;
}
