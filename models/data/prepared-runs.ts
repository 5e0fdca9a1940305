import type { FeaturePath } from '../../shared/model/feature-path.ts';
import type { Run } from './dataset.ts';

/**
 * A run after the first steps of the feature path: rows × channels. It is computed once; windows are cut from
 * it.
 */
export interface PreparedRun {
  run: Run;
  rows: Float32Array;
  /** Rows before this one hold no values. */
  firstRow: number;
  /** Cached network inputs of whole windows by their last row; training draws the same windows repeatedly. */
  inputs: Map<number, Float32Array>;
}

/** Wider inputs are not cached: they would take more memory than recomputing them takes time. */
const keptWidthMax = 1_000;

export function prepareRun(path: FeaturePath, run: Run): PreparedRun {
  const rows = new Float32Array(run.rows * path.channels.length);
  const { firstRow } = path.rows(run.values, 0, run.rows, rows);
  return { run, rows, firstRow, inputs: new Map() };
}

/** Writes the network's input for the window of at most `rowsMax` rows that ends at `endRow` to `out[at]`. */
export function cutWindow(
  path: FeaturePath,
  prepared: PreparedRun,
  endRow: number,
  out: Float32Array,
  at: number,
  rowsMax = path.windowRows,
): void {
  const { rows, firstRow, inputs } = prepared;
  const first = Math.max(firstRow, endRow - rowsMax + 1);
  if (rowsMax < path.windowRows || path.width > keptWidthMax) {
    path.assemble(rows, first, endRow, out, at);
    return;
  }
  let input = inputs.get(endRow);
  if (!input) {
    input = new Float32Array(path.width);
    path.assemble(rows, first, endRow, input, 0);
    inputs.set(endRow, input);
  }
  out.set(input, at);
}
