import { isDecimal } from '../../../../shared/contract/numbers/number-texts.ts';
import { isStateText } from '../../../../shared/domain/states.ts';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import type { Decoder } from '../../../ports/decode.ts';
import { availabilityOf, isAvailabilityName } from '../../availability/availability.ts';
import { isJsonGroup, readJson, textOf } from '../../objects/json-text.ts';
import { isRounded, withRounded } from '../../objects/rounded.ts';

/** A number with a unit, or with a comma. */
const hasMore = /^[+-]?\d+(?:,\d|[.\d]*\s*[\p{L}%°])/u;

/** Reads a single number or state as text, on a topic that names its sensor: `21.5`, `ON`. A JSON object, or a list of them, is accepted too. */
export const number: Decoder = {
  decode(payload, target) {
    if (isAvailabilityName(target.sensor)) {
      const isOnline = availabilityOf(payload);
      if (isOnline !== null) return [{ availability: { isOnline } }];
    }
    if (isJsonGroup(payload)) return readJson(payload, target);
    const text = payload.length <= 64 ? textOf(payload).trim() : '';
    if (target.sensor !== undefined && !isDecimal(text) && isStateText(text))
      return [{ values: { [target.sensor]: text } }];
    if (!isDecimal(text)) {
      const sent = payload.toString('utf8', 0, 40);
      const why = hasMore.test(text) ? ': send the number alone, with a point before its decimals' : '';
      const error = new HarbingerError('DECODE_NUMBER', 'decode', `payload is not a number: '${sent}'${why}`);
      if (target.sensor === undefined) throw error;
      return [{ unreadable: { error, payload, refused: [{ name: target.sensor, value: sent, error }] } }];
    }
    if (target.sensor === undefined) {
      throw new HarbingerError(
        'DECODE_NUMBER',
        'decode',
        'a bare number needs a topic that names its sensor',
      );
    }
    return withRounded(
      [{ values: { [target.sensor]: Number(text) } }],
      isRounded(text) ? [target.sensor] : [],
    );
  },
};
