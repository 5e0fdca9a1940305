import { createHash } from 'node:crypto';
import type { Random } from '../../shared/runtime/random.ts';

/** One machine, from some point of its life to its failure, or to where its record was cut off. */
export interface Run {
  machine: string;
  /** Rows × sensors, in the sensors' units, in the order of the machine type, NaN where absent. */
  values: Float32Array;
  rows: number;
  /** Life left at the last row, in the unit of life; 0 (the default): the last row is the last before failure. */
  remaining?: number;
}

export interface RunDataset {
  /** One sentence: what these runs are and where they come from. */
  description: string;
  sensors: number;
  runs: Run[];
  /**
   * Runs of machines that are much alike but not those that the model is for: networks learn from them too, told that
   * they are others; nothing is measured or calibrated on them.
   */
  others?: Run[];
}

/** Fingerprint of all values, in order. */
export function sha256Of(dataset: RunDataset): string {
  const hash = createHash('sha256');
  for (const run of [...dataset.runs, ...(dataset.others ?? [])]) {
    hash.update(`${run.machine} ${run.rows} ${run.remaining ?? 0}\n`);
    hash.update(new Uint8Array(run.values.buffer, run.values.byteOffset, run.values.byteLength));
  }
  return hash.digest('hex');
}

/** Remaining life at a row, in rows: never more than `cap`. */
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

/** One part of the machines and all the others. */
export interface Fold {
  train: Run[];
  heldOut: Run[];
}

/**
 * Splits by machine, never by window: neighbouring windows of one machine are nearly the same, and a model that has
 * seen one of them would be examined on what it has learnt by heart. Every machine is held out once.
 */
export function foldsOf(runs: readonly Run[], folds: number, random: Random): Fold[] {
  const order = shuffled(runs, random);
  return Array.from({ length: folds }, (_, fold) => ({
    train: order.filter((_, i) => i % folds !== fold),
    heldOut: order.filter((_, i) => i % folds === fold),
  }));
}

/** A place at which a machine's record is taken to end. */
export interface Cut {
  run: Run;
  endRow: number;
}

export interface CutOptions {
  /** Cuts per machine. */
  perMachine: number;
  /** A machine has been seen for so many rows at least. */
  rowsMin: number;
}

/**
 * Ends of records as if somebody asked at a random time of each machine's life: spread evenly over its rows, beginning
 * at a random one. Every machine gets the same number and so counts the same, however long it lived.
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
