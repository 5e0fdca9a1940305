/**
 * Evaluates an artefact on machines whose records were cut off, with one estimate each at the last row, as a
 * gateway would make it.
 */
import type { Artefact } from '../../shared/model/artefact.ts';
import { createModel, type Model } from '../../shared/model/model.ts';
import { weightCount } from '../../shared/model/network.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Run } from '../data/dataset.ts';
import { fitLinear, linearPredictor } from '../measure/baselines.ts';
import { errorsOf, rounded } from '../measure/figures.ts';
import type { TestData } from './recipe.ts';

/**
 * Output of `harbinger models evaluate --json`. Scores are sums over the machines; lives are in the model's
 * unit.
 */
export interface Evaluation {
  rmse_capped: number;
  score_capped: number;
  rmse_raw: number;
  score_raw: number;
  /** Share of capped labels within p10 … p90. */
  coverage80: number;
  /** Mean of p90 − p10. */
  interval_width: number;
  parameters: number;
  ms_per_batch64: number;
  baseline_rmse_capped: number;
}

const batch = 64;

/**
 * Writes the machine's last rows as the gateway holds them: a short history is at the end, preceded by NaN.
 */
export function lastWindow(
  run: Run,
  windowRows: number,
  inputs: number,
  out: Float32Array,
  at: number,
): void {
  const rows = Math.min(run.rows, windowRows);
  const absent = (windowRows - rows) * inputs;
  out.fill(Number.NaN, at, at + absent);
  out.set(run.values.subarray((run.rows - rows) * inputs, run.rows * inputs), at + absent);
}

function livesOf(model: Model, runs: readonly Run[]): Float32Array {
  const { windowRows, inputs } = model.path;
  const lives = new Float32Array(runs.length * 3);
  for (let start = 0; start < runs.length; start += batch) {
    const part = runs.slice(start, start + batch);
    const windows = new Float32Array(part.length * windowRows * inputs);
    part.forEach((run, i) => {
      lastWindow(run, windowRows, inputs, windows, i * windowRows * inputs);
    });
    lives.set(model.score(windows, part.length).lives, start * 3);
  }
  return lives;
}

/** Number of calls before timing starts, and number of timed calls whose median counts. */
const [warmUpCalls, timedCalls] = [20, 100];

/** Median time in ms to score 64 windows on the current TensorFlow.js backend. */
export function batchMs(model: Model, runs: readonly Run[], clock: Clock): number {
  const { windowRows, inputs } = model.path;
  const windows = new Float32Array(batch * windowRows * inputs);
  for (let i = 0; i < batch; i++) {
    lastWindow(runs[i % runs.length]!, windowRows, inputs, windows, i * windowRows * inputs);
  }
  const times: number[] = [];
  for (let call = 0; call < warmUpCalls + timedCalls; call++) {
    const startMs = clock.monotonicMs();
    model.score(windows, batch);
    if (call >= warmUpCalls) times.push(clock.monotonicMs() - startMs);
  }
  times.sort((a, b) => a - b);
  return times[timedCalls >> 1]!;
}

export function evaluateArtefact(
  artefact: Artefact,
  { machines, training }: TestData,
  clock: Clock,
): Evaluation {
  const { manifest, ensemble } = artefact;
  const { labelCap: cap } = manifest.output;
  const { runs } = machines;
  const model = createModel(artefact);
  const lives = livesOf(model, runs);
  const cuts = runs.map((run) => ({ run, endRow: run.rows - 1 }));
  const errors = errorsOf(
    cuts,
    lives.filter((_, i) => i % 3 === 1),
    cap,
  );
  const inside = runs.filter(
    (_, i) => lives[3 * i]! <= errors.label[i]! && errors.label[i]! <= lives[3 * i + 2]!,
  );
  const width = runs.reduce((sum, _, i) => sum + lives[3 * i + 2]! - lives[3 * i]!, 0);
  const baseline = training ? fitLinear(training.runs, machines.sensors, cap) : manifest.baseline;
  const predict = linearPredictor(baseline, cap);
  const byBaseline = Float32Array.from(cuts, ({ run, endRow }) => predict(run, endRow));
  const evaluation = {
    rmse_capped: rootMean(errors.squares),
    score_capped: total(errors.scores),
    rmse_raw: rootMean(errors.squaresRaw),
    score_raw: total(errors.scoresRaw),
    coverage80: inside.length / runs.length,
    interval_width: width / runs.length,
    parameters: ensemble.members.reduce((sum, member) => sum + weightCount(member), 0),
    ms_per_batch64: batchMs(model, runs, clock),
    baseline_rmse_capped: rootMean(errorsOf(cuts, byBaseline, cap).squares),
  };
  model.dispose();
  const entries = Object.entries(evaluation).map(([name, value]) => [name, rounded(value)]);
  return Object.fromEntries(entries) as Evaluation;
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function rootMean(values: Float64Array): number {
  return Math.sqrt(total(values) / values.length);
}

/** The result as lines for a person. */
export function evaluationTable(evaluation: Evaluation, machines: number, unit: string): string[] {
  const e = evaluation;
  return [
    `${machines} machines at their last row (${unit})`,
    `  RMSE, labels capped    ${e.rmse_capped.toFixed(2)}   (linear regression: ${e.baseline_rmse_capped.toFixed(2)})`,
    `  RMSE, labels raw       ${e.rmse_raw.toFixed(2)}`,
    `  NASA score, capped     ${e.score_capped.toFixed(0)}   raw ${e.score_raw.toFixed(0)}`,
    `  in p10…p90 (80 %)      ${(100 * e.coverage80).toFixed(1)} %, mean width ${e.interval_width.toFixed(1)}`,
    `  parameters             ${e.parameters.toLocaleString('en')}`,
    `  64 machines take       ${e.ms_per_batch64.toFixed(2)} ms (WebAssembly, one core, median)`,
  ];
}
