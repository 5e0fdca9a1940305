import { gunzipSync, gzipSync } from 'node:zlib';
import { json } from '../../../gateway/decode/formats/json/json.ts';
import { unpacking } from '../../../gateway/decode/packed/packed.ts';
import type { Decoder } from '../../../gateway/ports/decode.ts';
import { OneFormat } from '../../conformance/formats/one-format.ts';
import { mutate } from '../mutate.ts';
import type { Target } from '../target.ts';

/** Machines are reused, as a gateway remembers each one. */
const machinesMax = 100;

/** Content that costs much to read for its length when it is packed. */
const growing = ['{"a":1},', '\n', '[', ' ', '# \n', '\\"'].map(
  (unit) => `[${unit.repeat((1 << 20) / unit.length)}`,
);

/** Packs a text with bytes in the field FEXTRA of gzip, by which a message may grow more when it is unpacked. */
function padded(text: string): Buffer {
  const plain = gzipSync(text);
  const bytes = Math.ceil(text.length / 150);
  const head = Buffer.from(plain.subarray(0, 12));
  head[3] = 4;
  head.writeUInt16LE(bytes, 10);
  return Buffer.concat([head, Buffer.alloc(bytes), plain.subarray(10)]);
}

/** Length of the longest packet that is not packed, by default: whoever packs may not have more read. */
const plainMax = 256 << 10;

/**
 * Messages that are packed by gzip, through the whole pipeline: right ones, changed ones, and ones that grow. Their work is that of a
 * message that is not packed, and as long as they are when they are unpacked.
 */
export async function packedTarget(): Promise<Target> {
  let given = 0;
  const counted: Decoder = {
    ...json,
    decode(payload, ...more) {
      given = Math.max(given, payload.length);
      return json.decode(payload, ...more);
    },
  };
  const format = new OneFormat(unpacking(counted), undefined, machinesMax);
  const texts = ['{"flow":3}', `[${'{"a":1},'.repeat(900)}{"a":2}]`, `{"a":"${' '.repeat(1 << 15)}"}`, ''];
  const seeds = [...texts.map((text) => gzipSync(text)), ...growing.map(padded)];
  return {
    kind: 'gzip',
    draw: (random) => [mutate(random, seeds[Math.floor(random.next() * seeds.length)]!, seeds)],
    async take([message = Buffer.alloc(0)]) {
      given = 0;
      await format.take(message, message.length % 2 === 0 ? 'open' : 'meter');
      const [unexpected] = format.unexpected.splice(0);
      if (unexpected !== undefined) throw new Error(`an unexpected error: ${unexpected}`);
      if (given > Math.max(plainMax, message.length))
        throw new Error(`${message.length} bytes are unpacked to ${given}, and read`);
    },
    sizeOf: ([message = Buffer.alloc(0)]) =>
      Math.max(message.length, Math.min(plainMax, unpackedLength(message))),
    close: async () => {},
  };
}

function unpackedLength(message: Buffer): number {
  try {
    return gunzipSync(message, { maxOutputLength: plainMax }).length;
  } catch (error) {
    return error instanceof RangeError ? plainMax : 0;
  }
}
