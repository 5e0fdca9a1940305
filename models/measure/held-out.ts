/**
 * Estimates of networks for machines that they were not trained on, and the metrics and calibration from
 * them.
 */
import type { FeaturePath } from '../../shared/model/feature-path.ts';
import { calibrated, type IntervalCalibration } from '../../shared/model/interval.ts';
import type { ModelMetrics } from '../../shared/model/manifest.ts';
import { createEnsemble } from '../../shared/model/model.ts';
import type { Architecture } from '../../shared/model/network.ts';
import { type Cut, type Fold, type Run, remainingAt } from '../data/dataset.ts';
import { cutWindow, type PreparedRun } from '../data/prepared-runs.ts';
import { type ModelDesign, p50Shift } from '../fit/design.ts';
import { estimateAt, fitLinear, linearPredictor, meanLife, type PointPredictor } from './baselines.ts';
import { calibrateInterval } from './calibrate.ts';
import { type Estimates, estimatesOf, measure } from './figures.ts';

/** Number of rows in each machine's life that calibration and metrics use. */
export const cutsPerMachine = 40;
/** Number of cuts per pass, which bounds the memory for inputs. */
const cutsPerPass = 512;

/**
 * Runs an ensemble at a list of cuts.
 * @param rowsMax number of rows visible at each cut; all of them if absent
 * @returns p10, p50 and p90 at each cut, in units of the label cap
 */
export function predictCuts(
  path: FeaturePath,
  members: readonly Architecture[],
  weights: readonly Float32Array[][],
  prepared: ReadonlyMap<Run, PreparedRun>,
  cuts: readonly Cut[],
  rowsMax?: Int32Array,
): Float32Array {
  const network = createEnsemble(members, weights);
  const raw = new Float32Array(cuts.length * 3);
  for (let start = 0; start < cuts.length; start += cutsPerPass) {
    const pass = cuts.slice(start, start + cutsPerPass);
    const inputs = new Float32Array(pass.length * path.width);
    pass.forEach(({ run, endRow }, i) => {
      cutWindow(path, prepared.get(run)!, endRow, inputs, i * path.width, rowsMax?.[start + i]);
    });
    raw.set(network.quantiles(inputs, pass.length), start * 3);
  }
  network.dispose();
  return raw;
}

/**
 * Estimates of a fold's machines by networks trained without them: p10, p50 and p90 at each cut, in units of
 * the label cap.
 */
export interface HeldOut {
  cuts: Cut[];
  raw: Float32Array;
}

export function joined(parts: readonly HeldOut[]): HeldOut {
  return {
    cuts: parts.flatMap(({ cuts }) => cuts),
    raw: Float32Array.from(parts.flatMap(({ raw }) => [...raw])),
  };
}

/** Selects estimates with at most `lifeLeft` remaining, the same number for each machine. */
function close(heldOut: HeldOut, lifeLeft: number): HeldOut {
  const byRun = new Map<Run, number[]>();
  heldOut.cuts.forEach(({ run, endRow }, i) => {
    if (remainingAt(run, endRow) <= lifeLeft) byRun.set(run, [...(byRun.get(run) ?? []), i]);
  });
  const fewest = Math.min(...[...byRun.values()].map((own) => own.length));
  const chosen = [...byRun.values()].flatMap((own) =>
    Array.from({ length: fewest }, (_, i) => own[Math.floor(((i + 0.5) / fewest) * own.length)]!),
  );
  return {
    cuts: chosen.map((i) => heldOut.cuts[i]!),
    raw: Float32Array.from(chosen.flatMap((i) => [...heldOut.raw.subarray(3 * i, 3 * i + 3)])),
  };
}

/** Calibrates the interval on estimates of unseen machines. */
export function calibrationBy(
  heldOut: HeldOut,
  { labelCap, calibrateWithin }: ModelDesign,
): IntervalCalibration {
  const { cuts, raw } = calibrateWithin === undefined ? heldOut : close(heldOut, calibrateWithin);
  return calibrateInterval(cuts, raw, labelCap);
}

/**
 * Returns p10, p50 and p90 at all cuts in the unit of life; the intervals of each fold are calibrated on the
 * other folds' machines.
 */
export function crossCalibrated(parts: readonly HeldOut[], design: ModelDesign): Float32Array {
  const { labelCap } = design;
  const lives = parts.map((part) => {
    const others = joined(parts.filter((other) => other !== part));
    const interval = calibrationBy(others, design);
    return [...calibrated(part.raw, { labelCap, interval, p50Shift: p50Shift(design) })];
  });
  return Float32Array.from(lives.flat());
}

export function measureHeldOut(parts: readonly HeldOut[], design: ModelDesign): ModelMetrics {
  const cuts = parts.flatMap((part) => part.cuts);
  return measure(cuts, estimatesOf(crossCalibrated(parts, design)), design.labelCap);
}

/** Metrics of the baselines; each fold's machines are estimated from the other folds. */
export function measureBaselines(
  parts: readonly { cuts: Cut[]; fold: Fold }[],
  inputs: number,
  cap: number,
): Record<string, ModelMetrics> {
  const cuts = parts.flatMap((part) => part.cuts);
  const all = (predictor: (train: readonly Run[]) => PointPredictor): Estimates => {
    const p50 = parts.flatMap((part) => [...estimateAt(part.cuts, predictor(part.fold.train)).p50]);
    return { p50: Float32Array.from(p50), p10: null, p90: null };
  };
  const linear = all((train) => linearPredictor(fitLinear(train, inputs, cap), cap));
  return {
    'linear regression': measure(cuts, linear, cap),
    'mean life': measure(
      cuts,
      all((train) => meanLife(train, cap)),
      cap,
    ),
  };
}
