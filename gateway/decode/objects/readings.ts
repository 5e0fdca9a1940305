/**
 * Objects (gateway/decode/objects): what parsed objects mean, whatever encoded them: values, times, identities, SenML.
 * Formats import this folder, and it imports none of them.
 *
 * Converts parsed objects to readings, whatever their encoding (JSON, for example): `{"temperature": 21.5, "ts":
 * 1700000000000, "seq": 7}`: sensors by name, with time and identity beside them, or grouped in objects of their own
 * (fields.ts); `{"ts": …, "values": {…}}` (Telegraf: `fields`); a list of these; lists within them (items.ts); a value
 * with its name (named-values.ts); a SenML pack; on a sensor's own topic `{"value": 21.5, "timestamp_ms": …}` or `21.5`.
 */
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { Decoded, DecodeTarget } from '../../ports/decode.ts';
import { ItemReader, printed } from './items.ts';
import { noLabels } from './labels.ts';
import { messageLimits, tooMany, ValueCount } from './message-limits.ts';
import { isSenml, readSenml } from './senml.ts';
import type { ExactTime } from './time-names.ts';
import { hasValue, type Item, toldApart } from './told-apart.ts';

/**
 * @param exactTime for a message of one object only
 * @throws HarbingerError DECODE_SHAPE, DECODE_TIME, DECODE_TOO_LONG, DECODE_TOO_MANY, DECODE_SENML, DECODE_MIXED
 */
export function readingsOf(parsed: unknown, target: DecodeTarget, exactTime?: ExactTime): Decoded[] {
  const count = new ValueCount();
  const reader = new ItemReader(target, count);
  if (!Array.isArray(parsed)) return sound(toldApart(bounded(reader.message(parsed, false, exactTime))));
  if (parsed.length === 0)
    throw new HarbingerError('DECODE_SHAPE', 'decode', 'the payload is an empty list: it has no reading');
  if (parsed.length > messageLimits.readings) throw tooMany(`${messageLimits.readings} readings`);
  if (isSenml(parsed)) return readSenml(parsed);
  const items: Item[] = [];
  for (const item of parsed) {
    count.check();
    for (const part of oneOfMany(item, reader)) items.push(part);
  }
  return sound(toldApart(bounded(items)));
}

/** A reading all of whose values are said to be bad is kept whole, with that as the reason. */
function sound(decoded: Decoded[]): Decoded[] {
  return decoded.map((item) => {
    if (!('values' in item) || !item.refused || hasValue(item.values ?? {})) return item;
    const bad = item.refused.find(({ error }) => error?.code === 'DECODE_QUALITY');
    if (!bad?.error) return item;
    const { refused } = item;
    const values = Object.fromEntries(refused.map(({ name, value }) => [name, value]));
    const payload = printed({ ...item, refused: undefined, values });
    return { unreadable: { error: bad.error, payload, refused } };
  });
}

/** An unreadable item does not cause its neighbours to be refused. */
function oneOfMany(item: unknown, reader: ItemReader): Item[] {
  try {
    return reader.message(item, true);
  } catch (error) {
    if (!(error instanceof HarbingerError)) throw error;
    return [{ unreadable: { error, payload: printed(item) }, labels: noLabels, isPart: false }];
  }
}

function bounded(items: Item[]): Item[] {
  if (items.length > messageLimits.readings) throw tooMany(`${messageLimits.readings} readings`);
  return items;
}
