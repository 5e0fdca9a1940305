/**
 * The command `harbinger models backtest NAME` (deploy/backtest): replays whole lives through the gateway's
 * own watch and alert decision, and reports lead time and false alerts of several policies. It belongs
 * to deploy/ because it needs both gateway/ and models/; how warnings are judged is in models/backtest.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { withBacktest } from '../../models/backtest/card.ts';
import { leadTimeSvg } from '../../models/backtest/chart.ts';
import { warningFigures } from '../../models/backtest/figures.ts';
import { fleetOf } from '../../models/backtest/fleets.ts';
import { type BacktestReport, notesOf, reportOf, tableLines } from '../../models/backtest/report.ts';
import { artefactsDir as productArtefacts } from '../../models/main.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { makeFolder } from '../../shared/files/make-folder.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { PolicyWarnings } from './policy-decisions.ts';
import { replayFleet } from './replay.ts';
import { type UnseenPart, unseenParts } from './unseen.ts';

export interface BacktestOptions {
  /** A machine type, or the name of its model. */
  name: string;
  /** Folder with recorded runs, for types whose lives are not simulated. */
  dataDir?: string;
  artefactsDir?: string;
  seed?: number;
  /** Planning horizon in the type's unit of life. Default: the type's own. */
  horizon?: number;
  /** A warning that opens more than this many horizons before the failure is false. */
  earlyFactor?: number;
  /** Number of simulated machines that fail; a quarter as many stay healthy. */
  machines?: number;
  /** File for the plot, as SVG. */
  out?: string;
  /** Whether to write the table into the model's card. */
  card?: boolean;
  /** Called with the current step and the estimated time left. */
  progress?: (text: string) => void;
  signal?: AbortSignal;
}

const defaults = { seed: 20_261, earlyFactor: 4 };

function typeOf(name: string): MachineType {
  const types = [...loadMachineTypes().values()];
  const found = types.find((type) => type.name === name || type.model === name);
  if (found) return found;
  const names = types.map((type) => type.name).join(', ');
  throw new HarbingerError(
    'MODEL_UNKNOWN',
    'config',
    `no machine type or model '${name}'; types are ${names}`,
  );
}

function horizonOf(type: MachineType, { horizon, earlyFactor }: BacktestOptions) {
  const rows = horizon ?? type.planningHorizon;
  if (rows === undefined) {
    throw new HarbingerError(
      'USAGE',
      'cli',
      `machine type '${type.name}' declares no planning horizon: give one with --horizon, in ${type.lifeUnit}`,
    );
  }
  return { rows, earlyFactor: earlyFactor ?? defaults.earlyFactor };
}

/** Replays whole lives and judges each policy's warnings. @throws HarbingerError */
export async function runBacktest(options: BacktestOptions): Promise<BacktestReport> {
  const type = typeOf(options.name);
  const horizon = horizonOf(type, options);
  const fleet = fleetOf(type.name, { ...options, seed: options.seed ?? defaults.seed });
  const folder = mkdtempSync(join(tmpdir(), 'harbinger-backtest-'));
  try {
    const progress = options.progress ?? (() => {});
    const { parts, note } = await unseenParts({ ...options, fleet, type, folder, progress });
    const policies = await replayParts(parts, type, options);
    const judged = policies.map(({ name, meaning, warnings }) => ({
      name,
      meaning,
      figures: warningFigures(fleet, warnings, horizon),
    }));
    const described = note === null ? fleet : { ...fleet, description: `${fleet.description}. ${note}` };
    const report = reportOf(described, type.lifeUnit, horizon, judged);
    write(report, type, options);
    return report;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Replays all parts and joins their warnings by policy. */
async function replayParts(
  parts: readonly UnseenPart[],
  type: MachineType,
  { progress, signal }: BacktestOptions,
): Promise<PolicyWarnings[]> {
  const rows = parts.flatMap((part) => part.fleet.runs).reduce((sum, run) => sum + run.rows, 0);
  const tell = timeLeft(rows, progress);
  let policies: PolicyWarnings[] = [];
  for (const part of parts) {
    const more = await replayFleet({ ...part, type, progress: tell, ...(signal && { signal }) });
    policies = more.map((policy, i) => ({
      ...policy,
      warnings: [...(policies[i]?.warnings ?? []), ...policy.warnings],
    }));
  }
  return policies;
}

/** Returns a callback that reports the time left, estimated from the pace so far. */
function timeLeft(total: number, progress: BacktestOptions['progress']): (rows: number) => void {
  const beganMs = systemClock.monotonicMs();
  let done = 0;
  return (rows) => {
    done += rows;
    const seconds = ((systemClock.monotonicMs() - beganMs) / 1_000) * ((total - done) / done);
    progress?.(`${((100 * done) / total).toFixed(0).padStart(3)} %  about ${Math.ceil(seconds)} s left`);
  };
}

function write(
  report: BacktestReport,
  type: MachineType,
  { out, card, artefactsDir }: BacktestOptions,
): void {
  if (out !== undefined) {
    makeFolder(dirname(out));
    writeFileSync(out, leadTimeSvg(report));
  }
  if (!card) return;
  if (type.model === undefined) {
    throw new HarbingerError(
      'USAGE',
      'cli',
      `machine type '${type.name}' has no model whose card could tell`,
    );
  }
  const path = join(artefactsDir ?? productArtefacts, type.model, 'MODEL-CARD.md');
  writeFileSync(path, withBacktest(readFileSync(path, 'utf8'), report));
}

export function reportLines(report: BacktestReport): string[] {
  return [...tableLines(report), '', ...notesOf(report)];
}
