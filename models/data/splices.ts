/**
 * Cleans training data of lives that are two: a machine that wears out, is as new from one row to the next (it was
 * overhauled, or two records were put together) and wears out again. Before such a jump its label says that much life is
 * left while the machine is all but dead. Networks learn only from what follows the jump; what is measured on held-out
 * machines is measured on their records as they are.
 */
import type { MachineType } from '../../shared/domain/machine-type.ts';
import type { FeaturePath } from '../../shared/features/feature-path.ts';
import type { Run } from './dataset.ts';
import { prepareRun } from './prepared-runs.ts';

export interface SpliceOptions {
  /** Sensors that rise with wear. */
  sensors: readonly string[];
  /** Their mean falls by so many standard deviations … */
  jump: number;
  /** … between so many rows and as many after them. */
  rows: number;
}

/** Runs that begin after their last jump; the same objects where there is none. */
export function withoutSplices(
  runs: readonly Run[],
  path: FeaturePath,
  type: MachineType,
  options: SpliceOptions,
): Run[] {
  const channels = options.sensors.map((name) =>
    path.channels.indexOf(type.sensors.findIndex((sensor) => sensor.name === name)),
  );
  return runs.map((run) => {
    const jumpAt = lastJump(wearSums(run, path, channels), options);
    if (jumpAt === null) return run;
    const values = run.values.subarray(jumpAt * path.inputs);
    return { ...run, machine: `${run.machine} from row ${jumpAt + 1}`, values, rows: run.rows - jumpAt };
  });
}

/** Running sums of the mean of the wear sensors, normalised; one more than there are rows. */
function wearSums(run: Run, path: FeaturePath, channels: readonly number[]): Float64Array {
  const { rows } = prepareRun(path, run);
  const sums = new Float64Array(run.rows + 1);
  for (let row = 0; row < run.rows; row++) {
    const wear = channels.reduce((sum, channel) => sum + rows[row * path.channels.length + channel]!, 0);
    sums[row + 1] = sums[row]! + wear / channels.length;
  }
  return sums;
}

/** The row after the deepest fall among the last rows that fall far enough. */
function lastJump(sums: Float64Array, { jump, rows }: SpliceOptions): number | null {
  const rise = (row: number) => (sums[row + rows]! - 2 * sums[row]! + sums[row - rows]!) / rows;
  let found: number | null = null;
  for (let row = sums.length - 1 - rows; row >= rows; row--) {
    if (found !== null && found - row > rows) break;
    if (rise(row) < -jump && (found === null || rise(row) < rise(found))) found = row;
  }
  return found;
}
