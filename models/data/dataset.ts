/**
 * Recorded and simulated lives (models/data): readers bring every source into the shape below, and this file
 * splits it by machine. A new source of lives is one new file here that returns a `RunDataset`. Nothing in
 * this folder knows about networks or training.
 */
import { createHash } from 'node:crypto';
import type { Random } from '../../shared/runtime/random.ts';

/**
 * The record of one machine, from some point of its life to its failure or to where the record was cut off.
 */
export interface Run {
  machine: string;
  /**
   * Rows × sensors, in the sensors' units and in the order of the machine type; NaN where a value is missing.
   */
  values: Float32Array;
  rows: number;
  /**
   * Remaining life at the last row, in the unit of life. Default 0: the last row is the last one before the
   * failure.
   */
  remaining?: number;
}

export interface RunDataset {
  /** One sentence: which machines these are and where the data comes from. */
  description: string;
  sensors: number;
  runs: Run[];
  /**
   * Runs of similar machines that the model is not meant for. Networks learn from them as well, with an input
   * that marks them as others; they are never used for calibration or evaluation.
   */
  others?: Run[];
  /**
   * Runs of machines that have not failed: their rows are labelled by `remaining`, and are as far from the failure as that says at
   * least. Networks learn from them as well; they are never used for calibration or metrics.
   */
  sound?: Run[];
}

/** SHA-256 of all values in order, as hexadecimal digits. */
export function sha256Of(dataset: RunDataset): string {
  const hash = createHash('sha256');
  for (const run of [...dataset.runs, ...(dataset.others ?? []), ...(dataset.sound ?? [])]) {
    hash.update(`${run.machine} ${run.rows} ${run.remaining ?? 0}\n`);
    hash.update(new Uint8Array(run.values.buffer, run.values.byteOffset, run.values.byteLength));
  }
  return hash.digest('hex');
}

/** Remaining life at a row, in rows and at most `cap`. */
export function remainingAt(run: Run, row: number, cap = Number.POSITIVE_INFINITY): number {
  return Math.min(cap, (run.remaining ?? 0) + run.rows - 1 - row);
}

export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy;
}

/** One part of the machines, held out, and all the others. */
export interface Fold {
  train: Run[];
  heldOut: Run[];
}

/**
 * Splits by machine, never by window: neighbouring windows of one machine are nearly the same, so a split by
 * window would evaluate a model on data it has memorised. Each machine is held out exactly once, with all of its lives; if there are
 * fewer machines than folds, it is split by life.
 */
export function foldsOf(runs: readonly Run[], folds: number, random: Random): Fold[] {
  const lives = new Map<string, Run[]>();
  for (const run of runs) lives.set(run.machine, [...(lives.get(run.machine) ?? []), run]);
  const order = shuffled(lives.size < folds ? runs.map((run) => [run]) : [...lives.values()], random);
  return Array.from({ length: folds }, (_, fold) => ({
    train: order.filter((_, i) => i % folds !== fold).flat(),
    heldOut: order.filter((_, i) => i % folds === fold).flat(),
  }));
}

/** A row at which a machine's record is taken to end. */
export interface Cut {
  run: Run;
  endRow: number;
}

export interface CutOptions {
  /** Number of cuts per machine. */
  perMachine: number;
  /** Smallest number of rows before a cut. */
  rowsMin: number;
}

/**
 * Cuts records as if an estimate were requested at a random time of each machine's life: the cuts are evenly
 * spaced over its rows, with a random offset. Each machine gets the same number of cuts and so has the same
 * weight, however long it lived.
 */
export function randomCuts(runs: readonly Run[], options: CutOptions, random: Random): Cut[] {
  return runs.flatMap((run) => {
    const first = Math.min(run.rows - 1, options.rowsMin - 1);
    const offset = random.next();
    return Array.from({ length: options.perMachine }, (_, i) => ({
      run,
      endRow: first + Math.floor(((i + offset) / options.perMachine) * (run.rows - first)),
    }));
  });
}
