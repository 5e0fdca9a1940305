/**
 * The bound in bytes. The readings' own times tell which are the oldest, not by this computer's clock. Events are
 * few and go last. In one pass as much is deleted as the excess amounts to, by the average size of a row, and never the
 * newest hour: whether that was enough is seen in the next pass, when readers hold nothing of it any more.
 */
import { eventMeasurements } from '../../../../shared/domain/machine-type.ts';
import { deleteSlices } from './delete.ts';
import { readSpace } from './space.ts';
import { hoursOf, type Slice, type Target, targetsOf } from './targets.ts';
import type { Work } from './work.ts';

/** Deleting goes so far below the bound, so that not every pass has to delete. */
const targetShare = 0.95;

/** Whether the store takes more than `bytesMax`. */
export async function isOver(work: Work, bytesMax: number): Promise<boolean> {
  if ((await work.deps.read(readSpace)).usedBytes <= bytesMax) return false;
  // Deleted rows take space until a checkpoint, and so do new ones in the write-ahead log.
  await work.checkpoint();
  return (await work.deps.read(readSpace)).usedBytes > bytesMax;
}

/** @param onDeleted is told how many rows of a measurement were deleted, or would be */
export async function deleteOldest(
  work: Work,
  bytesMax: number,
  isDryRun: boolean,
  onDeleted: (measurement: string, rows: number) => void,
): Promise<string[]> {
  const { usedBytes } = await work.deps.read(readSpace);
  const found = await work.deps.read(async (connection) => {
    const listed: Hours[] = [];
    for (const target of await targetsOf(connection)) {
      for (const slice of await hoursOf(connection, target, null)) listed.push({ target, slice });
    }
    return listed;
  });
  const rows = found.reduce((sum, { slice }) => sum + slice.rows, 0);
  const excess = Math.ceil((rows * (usedBytes - bytesMax * targetShare)) / usedBytes);
  const going = oldest(found, excess);
  for (const [target, slices] of going) {
    if (work.isOver) break;
    const planned = slices.reduce((sum, slice) => sum + slice.rows, 0);
    onDeleted(target.measurement, isDryRun ? planned : await deleteSlices(work, target, slices));
  }
  const enough = [...going.values()].flat().reduce((sum, slice) => sum + slice.rows, 0) >= excess;
  return enough
    ? []
    : ['the readings of the newest hour alone take more than the bound: raise jobs.retention.bytesMax'];
}

interface Hours {
  target: Target;
  slice: Slice;
}

function oldest(hours: readonly Hours[], count: number): Map<Target, Slice[]> {
  const isEvent = ({ target }: Hours) => Number(eventMeasurements.has(target.measurement));
  const times = hours.map(({ slice }) => slice.fromNs).sort((a, b) => Number(a - b));
  const newest = times.at(-1);
  const inOrder = hours
    .filter(({ slice }) => slice.fromNs !== newest)
    .sort((a, b) => isEvent(a) - isEvent(b) || Number(a.slice.fromNs - b.slice.fromNs));
  const going = new Map<Target, Slice[]>();
  let rows = 0;
  for (const { target, slice } of inOrder) {
    if (rows >= count) break;
    rows += slice.rows;
    const slices = going.get(target) ?? [];
    slices.push(slice);
    going.set(target, slices);
  }
  return going;
}
