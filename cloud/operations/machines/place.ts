import type { Place } from '../../ports/operations.ts';

/**
 * True if an event stands behind another one in the journal of their gateway, so that it came later, whatever the gateway's clock
 * showed; false if that is not known, and their times decide.
 */
export function isBehind(place: Place | undefined, known: Place | undefined): boolean {
  return place !== undefined && known !== undefined && place.disk === known.disk && place.seq >= known.seq;
}
