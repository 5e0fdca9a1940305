import type { Decoder } from '../ports/decode.ts';
import { influx } from './formats/influx.ts';
import { json } from './formats/json.ts';
import { keyValue } from './formats/key-value.ts';
import { number } from './formats/number.ts';

/** Every payload format. A new one is one file in formats/ and one line here. */
const decoders: Decoder[] = [influx, json, keyValue, number];

export const formats = decoders.map((decoder) => decoder.format);

export function decoderFor(format: string): Decoder {
  const found = decoders.find((decoder) => decoder.format === format);
  if (!found) throw new RangeError(`no decoder for '${format}'`);
  return found;
}
