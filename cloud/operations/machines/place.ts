import type { Place } from '../../ports/operations.ts';

/** True if what has come now is later than what is known: by the order in the journal of its gateway, or if that is not known, by the times. */
export function isLater(
  place: Place | undefined,
  atMs: number,
  known: Place | undefined,
  knownMs: number,
): boolean {
  const isComparable = place !== undefined && place.disk === known?.disk;
  return isComparable ? isBehind(place, known) : atMs >= knownMs;
}

/**
 * True if an event stands behind another one in the journal of their gateway, so that it came later, whatever the gateway's clock
 * showed; false if that is not known, and their times decide.
 */
export function isBehind(place: Place | undefined, known: Place | undefined): boolean {
  return place !== undefined && known !== undefined && place.disk === known.disk && place.seq >= known.seq;
}
