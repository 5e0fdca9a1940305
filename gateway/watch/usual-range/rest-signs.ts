/** Signs in the ranges of a machine that it stands still. */
import { high, level, low, wasBeyond, width } from './range-fields.ts';

/** A level within so much of its range of the lowest is that of a machine at rest. */
const lowestShare = 0.1;
/** … and of one that stands still, not of one that only runs slowly, if it is at most this part of its highest too. */
const restShare = 0.1;

/**
 * True if a machine that stands still does not show what it will do when it runs. It makes what was too high lower; what
 * was below everything that a sensor ever showed, in rest too, is to be seen as well as before.
 */
export function areHiddenByRest(cells: Float64Array, by?: { isWithin(sensor: number): boolean }): boolean {
  let isAny = false;
  let isShown = by !== undefined;
  for (let i = 0, at = 0; at < cells.length; i++, at += width) {
    const was = cells[at + wasBeyond]!;
    isAny ||= was === 1;
    isShown &&= was === 0 || by!.isWithin(i);
  }
  if (!isAny || !areLow(cells)) return false;
  // A machine that only runs slowly shows it all the same, where the other sensors say what is usual then.
  return !isShown || areLow(cells, -1, restShare);
}

/**
 * True if half of the sensors that were not beyond in this episode are at their lowest, as of a machine that has stopped.
 * @param except where the numbers of a sensor begin that is not counted @param restMost the largest part of its highest that such a level may be
 */
export function areLow(cells: Float64Array, except = -1, restMost = Number.POSITIVE_INFINITY): boolean {
  let others = 0;
  let lowest = 0;
  for (let at = 0; at < cells.length; at += width) {
    const range = cells[at + high]! - cells[at + low]!;
    if (at === except || cells[at + wasBeyond] !== 0 || !(range > 0)) continue;
    others++;
    const now = cells[at + level]!;
    if (now <= cells[at + low]! + lowestShare * range && now <= restMost * cells[at + high]!) lowest++;
  }
  return lowest > 0 && 2 * lowest >= others;
}
