import type { ColumnBatch } from '../../../ports/watch.ts';

/**
 * The rows of a batch as an object of one shape, whatever else came with them: what is done with each row is compiled for the
 * shape of the batch, and thrown away and compiled again for each other one.
 */
export function batchRows(batch: ColumnBatch): ColumnBatch {
  const { newMachines, newSensors, machineIndex, timeMs, offset, values, replay, block } = batch;
  return { newMachines, newSensors, machineIndex, timeMs, offset, values, replay, block };
}
