import type { Decoder } from '../../ports/decode.ts';
import { influx } from './influx/influx.ts';
import { json } from './json/json.ts';
import { keyValue } from './key-value/key-value.ts';
import { number } from './number/number.ts';

/** Every payload format. A new one is one file in formats/ and one line here. */
const decoders: Decoder[] = [influx, json, keyValue, number];

export const formats = decoders.map((decoder) => decoder.format);

export function decoderFor(format: string): Decoder {
  const found = decoders.find((decoder) => decoder.format === format);
  if (!found) throw new RangeError(`no decoder for '${format}'`);
  return found;
}
