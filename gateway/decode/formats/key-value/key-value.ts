import { isDecimal } from '../../../../shared/contract/numbers/number-texts.ts';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import type { DecodedReading, Decoder } from '../../../ports/decode.ts';
import { parseDeviceTime } from '../../device-time.ts';
import { isJsonObject, readJson, textOf } from '../../objects/json-text.ts';
import { messageLimits, ValueCount } from '../../objects/message-limits.ts';
import { isRounded, withRounded } from '../../objects/rounded.ts';

const pairPattern = /^([A-Za-z0-9_.-]{1,64})[=:](.{1,64})$/;
/** One pair more than is allowed suffices to tell that there are too many. */
const pairsOf = (text: string) => text.trim().split(/[\s,;]+/, messageLimits.readingValues + 1);

/**
 * Reads pairs as small serial devices print them: `temperature=21.5 humidity=40` (also `:` for `=`, and `,` or `;` for
 * the space).
 */
export const keyValue: Decoder = {
  decode(payload, target) {
    if (isJsonObject(payload)) return readJson(payload, target);
    const values: Record<string, unknown> = {};
    const texts = new Map<string, string>();
    const count = new ValueCount();
    let found = 0;
    for (const pair of pairsOf(textOf(payload))) {
      const [, name, text] = pairPattern.exec(pair) ?? [];
      if (name === undefined || text === undefined)
        throw new HarbingerError('DECODE_KEY_VALUE', 'decode', `'${pair.slice(0, 40)}' is not key=value`);
      count.add(name, ++found);
      if (Object.hasOwn(values, name)) throw twice(name);
      values[name] = isDecimal(text) ? Number(text) : text;
      texts.set(name, text);
    }
    const reading: DecodedReading = { values };
    const time = texts.get('ts');
    const deviceTime = parseDeviceTime(time);
    if (time !== undefined && !deviceTime)
      throw new HarbingerError('DECODE_TIME', 'decode', `'ts' is not a time: ${time.slice(0, 60)}`);
    if (deviceTime) reading.deviceTime = deviceTime;
    if (typeof values.seq === 'number') reading.seq = values.seq;
    const id = texts.get('id');
    if (id !== undefined) reading.id = id;
    return withRounded(
      [reading],
      [...texts]
        .filter(([name, text]) => name !== 'ts' && isDecimal(text) && isRounded(text))
        .map(([name]) => name),
    );
  },
};

function twice(name: string): HarbingerError {
  return new HarbingerError(
    'DECODE_KEY_VALUE',
    'decode',
    `'${name}' comes twice: send it once, or in two messages`,
  );
}

/** True if a text that is not JSON consists only of such pairs, at least one of them with a number. */
export function isPairs(text: string): boolean {
  const pairs = pairsOf(text);
  return (
    pairs.every((pair) => pairPattern.test(pair)) &&
    pairs.some((pair) => /^[A-Za-z][^=:]*[=:][+-]?\.?\d+(\.\d*)?([eE][+-]?\d+)?$/.test(pair))
  );
}
