/**
 * Removes splices from training data: records in which a machine wears out, is as good as new from one row to
 * the next (because it was overhauled or two records were joined), and wears out again. Before such a jump
 * the label claims that much life is left while the machine is nearly worn out. Networks are trained only on
 * the rows after the last jump; held-out machines are evaluated on their unchanged records.
 */
import type { MachineType } from '../../shared/domain/machine-type.ts';
import type { FeaturePath } from '../../shared/model/feature-path.ts';
import type { Run } from './dataset.ts';
import { prepareRun } from './prepared-runs.ts';

export interface SpliceOptions {
  /** Names of sensors that rise with wear. */
  sensors: readonly string[];
  /** A jump is a fall of the sensors' mean by at least this many standard deviations … */
  jump: number;
  /** … from this many rows before it to as many rows after it. */
  rows: number;
}

/** Returns runs that begin after their last jump; a run without a jump is returned unchanged. */
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

/** Cumulative sums of the normalised mean of the wear sensors: entry `i` is the sum of the first `i` rows. */
function wearSums(run: Run, path: FeaturePath, channels: readonly number[]): Float64Array {
  const { rows } = prepareRun(path, run);
  const sums = new Float64Array(run.rows + 1);
  for (let row = 0; row < run.rows; row++) {
    const wear = channels.reduce((sum, channel) => sum + rows[row * path.channels.length + channel]!, 0);
    sums[row + 1] = sums[row]! + wear / channels.length;
  }
  return sums;
}

/** The row after the last jump: the deepest fall within the last group of rows that fall far enough. */
function lastJump(sums: Float64Array, { jump, rows }: SpliceOptions): number | null {
  const rise = (row: number) => (sums[row + rows]! - 2 * sums[row]! + sums[row - rows]!) / rows;
  let found: number | null = null;
  for (let row = sums.length - 1 - rows; row >= rows; row--) {
    if (found !== null && found - row > rows) break;
    if (rise(row) < -jump && (found === null || rise(row) < rise(found))) found = row;
  }
  return found;
}
