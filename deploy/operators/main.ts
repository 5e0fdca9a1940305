/** The command `harbinger models operators NAME`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { leadTimeSvg } from '../../models/operators/chart.ts';
import { operatorFigures } from '../../models/operators/figures.ts';
import { fleetOf } from '../../models/operators/fleets.ts';
import { notesOf, type OperatorReport, reportOf, tableLines } from '../../models/operators/report.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { PolicyWarnings } from './bench.ts';
import { replayFleet } from './replay.ts';

export interface OperatorsOptions {
  /** A machine type, or the name of its model. */
  name: string;
  /** Folder with recorded runs, for types whose lives are not simulated. */
  dataDir?: string;
  artefactsDir?: string;
  seed?: number;
  /** In the type's unit of life; the type's own if absent. */
  horizon?: number;
  /** A warning more than so many horizons ahead is false. */
  earlyFactor?: number;
  /** Simulated machines that fail; a quarter as many stay healthy. */
  machines?: number;
  /** Where the plot goes: an SVG file. */
  out?: string;
  progress?: (share: number, secondsLeft: number) => void;
  signal?: AbortSignal;
}

const defaults = { seed: 20_261, earlyFactor: 4 };

function typeOf(name: string): MachineType {
  const types = [...loadMachineTypes().values()];
  const found = types.find((type) => type.name === name || type.model === name);
  if (found) return found;
  const names = types.map((type) => type.name).join(', ');
  throw new HarbingerError('MODEL_UNKNOWN', 'cli', `no machine type or model '${name}'; types are ${names}`);
}

function horizonOf(type: MachineType, { horizon, earlyFactor }: OperatorsOptions) {
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

/** Replays whole lives and says what each policy's warnings are worth. @throws HarbingerError */
export async function runOperators(options: OperatorsOptions): Promise<OperatorReport> {
  const type = typeOf(options.name);
  const horizon = horizonOf(type, options);
  const fleet = fleetOf(type.name, { seed: defaults.seed, ...options });
  const tell = progressOf(
    fleet.runs.reduce((sum, run) => sum + run.rows, 0),
    options,
  );
  const { artefactsDir, signal } = options;
  const policies = await replayFleet({
    fleet,
    type,
    progress: tell,
    ...(artefactsDir !== undefined && { artefactsDir }),
    ...(signal && { signal }),
  });
  const judged = policies.map(({ name, meaning, warnings }: PolicyWarnings) => ({
    name,
    meaning,
    figures: operatorFigures(fleet, warnings, horizon),
  }));
  const report = reportOf(fleet, type.lifeUnit, horizon, judged);
  if (options.out !== undefined) {
    mkdirSync(dirname(options.out), { recursive: true });
    writeFileSync(options.out, leadTimeSvg(report));
  }
  return report;
}

/** Time left, by the pace so far. */
function progressOf(total: number, { progress }: OperatorsOptions): (rows: number) => void {
  const beganMs = systemClock.monotonicMs();
  let done = 0;
  return (rows) => {
    done += rows;
    const elapsedS = (systemClock.monotonicMs() - beganMs) / 1_000;
    progress?.(done / total, (elapsedS * (total - done)) / done);
  };
}

export function reportLines(report: OperatorReport): string[] {
  return [...tableLines(report), '', ...notesOf(report)];
}
