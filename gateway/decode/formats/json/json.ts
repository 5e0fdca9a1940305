import type { Decoder } from '../../../ports/decode.ts';
import { readJson, textOf } from '../../objects/json-text.ts';
import { isPairs, keyValue } from '../key-value/key-value.ts';

/**
 * Reads JSON in the shapes that devices send (objects/readings.ts). A payload that is not JSON may be key=value pairs.
 */
export const json: Decoder = {
  isFastJson: true,
  decode(payload, target) {
    const mayBePairs = !startsAsJson(payload) && isPairs(textOf(payload));
    return mayBePairs ? keyValue.decode(payload, target) : readJson(payload, target);
  },
};

const blanks = [0x20, 0x0a, 0x0d, 0x09];
const [brace, bracket, quote] = [0x7b, 0x5b, 0x22];

/** True if the payload starts like an object, a list or a text, and so is not a pair. */
function startsAsJson(payload: Buffer): boolean {
  let at = 0;
  while (blanks.includes(payload[at]!)) at++;
  const first = payload[at];
  return first === brace || first === bracket || first === quote;
}
