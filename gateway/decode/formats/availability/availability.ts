import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import type { Decoder } from '../../../ports/decode.ts';
import { availabilityOf } from '../../availability/availability.ts';

/** Reads `online` or `offline`, as a word or in a JSON object. */
export const availability: Decoder = {
  decode(payload) {
    const isOnline = availabilityOf(payload);
    if (isOnline === null)
      throw new HarbingerError(
        'DECODE_AVAILABILITY',
        'decode',
        `payload says neither online nor offline: '${payload.toString('utf8', 0, 40)}'`,
      );
    return [{ availability: { isOnline } }];
  },
};
