import { createHash } from 'node:crypto';
import type { Random } from '../../shared/runtime/random.ts';

/** One machine from some point of its life to its failure. */
export interface Run {
  machine: string;
  /** Rows × sensors, in the sensors' units, in the order of the machine type; the last row is the last before failure. */
  values: Float32Array;
  rows: number;
}

export interface RunDataset {
  /** One sentence: what these runs are and where they come from. */
  description: string;
  sensors: number;
  runs: Run[];
}

/** Several datasets of the same sensors as one. */
export function joined(datasets: readonly [RunDataset, ...RunDataset[]]): RunDataset {
  return {
    description: datasets.map((dataset) => dataset.description).join('; '),
    sensors: datasets[0].sensors,
    runs: datasets.flatMap((dataset) => dataset.runs),
  };
}

/** Fingerprint of all values, in order. */
export function sha256Of(dataset: RunDataset): string {
  const hash = createHash('sha256');
  for (const run of dataset.runs) {
    hash.update(`${run.machine} ${run.rows}\n`);
    hash.update(new Uint8Array(run.values.buffer, run.values.byteOffset, run.values.byteLength));
  }
  return hash.digest('hex');
}

/** Remaining life at a row, in rows: 0 at the last one, and never more than `cap`. */
export function remainingAt(run: Run, row: number, cap: number): number {
  return Math.min(cap, run.rows - 1 - row);
}

export interface Split {
  train: Run[];
  /** Chooses the epoch whose weights are kept. */
  select: Run[];
  /** Sets the width of the interval. */
  calibrate: Run[];
  /** Touched by nothing but the report. */
  test: Run[];
}

export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy;
}

/**
 * Splits by machine, never by window: neighbouring windows of one machine are nearly the same, and a model that has
 * seen one of them would be examined on what it has learnt by heart.
 */
export function splitByMachine(runs: readonly Run[], random: Random): Split {
  const order = shuffled(runs, random);
  const at = [0.6, 0.75, 0.85].map((share) => Math.round(share * order.length));
  return {
    train: order.slice(0, at[0]),
    select: order.slice(at[0], at[1]),
    calibrate: order.slice(at[1], at[2]),
    test: order.slice(at[2]),
  };
}

/** Every full window of some runs, without copying them: window i ends at row `endRow[i]` of `runs[runIndex[i]]`. */
export interface WindowSet {
  runs: readonly Run[];
  runIndex: Int32Array;
  endRow: Int32Array;
  /** Remaining life at the window's last row, capped. */
  labels: Float32Array;
  length: number;
}

export function windowsOf(runs: readonly Run[], windowRows: number, cap: number): WindowSet {
  const length = runs.reduce((sum, run) => sum + Math.max(0, run.rows - windowRows + 1), 0);
  const set = {
    runs,
    runIndex: new Int32Array(length),
    endRow: new Int32Array(length),
    labels: new Float32Array(length),
    length,
  };
  let i = 0;
  runs.forEach((run, index) => {
    for (let row = windowRows - 1; row < run.rows; row++, i++) {
      set.runIndex[i] = index;
      set.endRow[i] = row;
      set.labels[i] = remainingAt(run, row, cap);
    }
  });
  return set;
}

/** Copies the chosen windows' values into one block, one window after the other. */
export function gather(
  set: WindowSet,
  chosen: ArrayLike<number>,
  windowRows: number,
  sensors: number,
): Float32Array {
  const width = windowRows * sensors;
  const block = new Float32Array(chosen.length * width);
  for (let i = 0; i < chosen.length; i++) {
    const window = chosen[i]!;
    const end = (set.endRow[window]! + 1) * sensors;
    block.set(set.runs[set.runIndex[window]!]!.values.subarray(end - width, end), i * width);
  }
  return block;
}
