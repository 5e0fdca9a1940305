/** Answers of a version of a model about lives that it has not learnt from. */
import type { Artefact } from '../../shared/model/artefact.ts';
import type { ModelMetrics } from '../../shared/model/manifest.ts';
import { createModel } from '../../shared/model/model.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import { type Share, shareOf } from '../../shared/statistics/wilson.ts';
import type { WarningFigures } from '../backtest/figures.ts';
import type { Fleet, WatchedRun } from '../backtest/fleet.ts';
import { type Cut, randomCuts } from '../data/dataset.ts';
import { differenceOf, estimatesOf, measure } from '../measure/figures.ts';
import { lastWindow } from '../training/evaluate.ts';
import { isFailure, type StoredRun, soundRun } from './stored-run.ts';

const cutsPerLife = 40;
const batch = 64;

/** Estimates at random rows of lives to a failure. */
export interface Estimated {
  cuts: Cut[];
  /** p10, p50 and p90 at each cut. */
  lives: Float32Array;
  labelCap: number;
}

export function cutsOf(heldBack: readonly StoredRun[], rowsMin: number, seed: number): Cut[] {
  const runs = heldBack
    .filter(isFailure)
    .map((run, i) => ({ machine: `${i}`, values: run.values, rows: run.rows }));
  return randomCuts(runs, { perMachine: cutsPerLife, rowsMin }, seededRandom(seed));
}

/** @throws HarbingerError MODEL_OUTPUT_INVALID */
export function estimate(artefact: Artefact, cuts: Cut[], sensors: number): Estimated {
  const model = createModel(artefact);
  const { windowRows, output } = artefact.manifest;
  const lives = new Float32Array(cuts.length * 3);
  try {
    for (let start = 0; start < cuts.length; start += batch) {
      const part = cuts.slice(start, start + batch);
      const windows = new Float32Array(part.length * windowRows * sensors);
      part.forEach(({ run, endRow }, i) => {
        lastWindow({ ...run, rows: endRow + 1 }, windowRows, sensors, windows, i * windowRows * sensors);
      });
      lives.set(model.score(windows, part.length).lives, start * 3);
    }
  } finally {
    model.dispose();
  }
  return { cuts, lives, labelCap: output.labelCap };
}

export interface Accuracy {
  candidate: ModelMetrics;
  /** Null if there is no version that could be examined beside it. */
  champion: ModelMetrics | null;
  /** RMSE of the candidate less that of the champion. */
  difference: { rmse: number; stdError: number } | null;
}

/** Compares both at the same rows, with lives up to the lower of their caps. */
export function accuracyOf(candidate: Estimated, champion: Estimated | null): Accuracy {
  const { cuts } = candidate;
  const cap = Math.min(candidate.labelCap, champion?.labelCap ?? candidate.labelCap);
  const upToCap = ({ lives }: Estimated) => estimatesOf(lives.map((life) => Math.min(life, cap)));
  const own = upToCap(candidate);
  const other = champion && upToCap(champion);
  return {
    candidate: measure(cuts, own, cap),
    champion: other && measure(cuts, other, cap),
    difference: other && differenceOf(cuts, cap, own.p50, other.p50),
  };
}

/** The lives of held-back machines as a fleet on which warnings are judged. */
export function fleetOf(
  heldBack: readonly StoredRun[],
  about: { machineType: string; msPerRow: number; labelCap: number; rowsMin: number },
): Fleet {
  const runs = heldBack.flatMap((stored, i): WatchedRun[] => {
    // Lives of one machine are replayed as if each were a machine.
    const machine = `life-${i + 1}`;
    if (isFailure(stored)) return [{ machine, values: stored.values, rows: stored.rows, fails: true }];
    const run = soundRun(stored, about.labelCap, about.rowsMin);
    return run ? [{ machine, values: run.values, rows: run.rows, fails: false }] : [];
  });
  const { machineType, msPerRow } = about;
  return { description: 'lives of machines that were held back', machineType, msPerRow, runs };
}

/** Warnings that a version would have raised. */
export interface Warned {
  /** Warnings that a failure followed within the time that counts, of all. */
  precision: Share | null;
  /** Failures that were warned of, of all. */
  recall: Share | null;
  /** Median time from the first true warning to the failure, in the unit of life. */
  lead: number | null;
  falseAlerts: number;
  failures: number;
}

export function warnedBy({ failures, leadRows, lead, falseAlerts }: WarningFigures): Warned {
  const announced = leadRows.length;
  return {
    precision: shareOf(announced, announced + falseAlerts),
    recall: shareOf(announced, failures),
    lead: lead?.median ?? null,
    falseAlerts,
    failures,
  };
}
