import { isStateText } from '../../../../shared/domain/states.ts';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import type { Decoder } from '../../../ports/decode.ts';
import { availabilityOf, isAvailabilityName } from '../../availability/availability.ts';
import { isJsonObject, readJson, textOf } from '../../objects/json-text.ts';
import { isRounded, withRounded } from '../../objects/rounded.ts';
import { isDecimal } from '../../values.ts';

/** Reads a single number or state as text, on a topic that names its sensor: `21.5`, `ON`. A JSON object is accepted too. */
export const number: Decoder = {
  decode(payload, target) {
    if (isAvailabilityName(target.sensor)) {
      const isOnline = availabilityOf(payload);
      if (isOnline !== null) return [{ availability: { isOnline } }];
    }
    if (isJsonObject(payload)) return readJson(payload, target);
    const text = payload.length <= 64 ? textOf(payload).trim() : '';
    if (target.sensor !== undefined && !isDecimal(text) && isStateText(text))
      return [{ values: { [target.sensor]: text } }];
    if (!isDecimal(text)) {
      const sent = payload.toString('utf8', 0, 40);
      const error = new HarbingerError('DECODE_NUMBER', 'decode', `payload is not a number: '${sent}'`);
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
