import type { DecodedChange } from '../../ports/decode.ts';
import type { RawMessage } from '../../ports/source.ts';
import type { ReadingClaim } from '../row.ts';
import { isFromUnsetClock } from './time-bounds.ts';

/**
 * True for a reading of a retained message that came again, if nothing of its own identifies it: what an `id`, a `seq`
 * or a time of the device identifies is recognised by that, or is new. A time relative to now is another at each
 * arrival and identifies nothing.
 */
export function isReadAgain(
  { retained }: RawMessage,
  claim: ReadingClaim & { relativeMs?: number },
): boolean {
  if (retained !== 'again') return false;
  const isTimed = claim.deviceTime !== undefined && claim.relativeMs === undefined;
  return (
    claim.id === undefined && claim.seq === undefined && (!isTimed || isFromUnsetClock(claim.deviceTime))
  );
}

/** The same for a change of a machine's life, and for its maintenance. */
export function isToldAgain(
  { retained }: RawMessage,
  change: Pick<DecodedChange['lifecycle'], 'identity'>,
): boolean {
  return retained === 'again' && change.identity === undefined;
}
