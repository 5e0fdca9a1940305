/** Changes of bytes that make a right message nearly right, or long. */
import type { Random } from '../../shared/runtime/random.ts';

/** Values at the limits of what fields of formats and protocols hold. */
const special = [
  '\u0000',
  '\ufeff',
  '"',
  '\\',
  '\n',
  '{',
  '[',
  '}',
  ']',
  ',',
  ':',
  '=',
  ' ',
  '%',
  '..',
  '1e999',
  '-0',
  'NaN',
  '9'.repeat(40),
  '__proto__',
  '\ud800',
  'null',
  '\xff\xff\xff\xff',
  '-127',
  '1.000',
  '0x10',
  '9007199254740993',
  '1e-400',
  '"2026-02-30"',
  '"Time":',
  '[{"name":"a","value":1},{"name":"a","value":2}]',
  '"a":1,"a":2,',
  '"bn":"urn:dev:1:","bt":-5,"bver":11,',
  '"n":"a","v":1,"s":2,"vs":"x",',
  '"last_seen":1764316800000,',
  '"values":{"a":1},',
  '{"d":[[{"id":"a","v":1}]]}',
  '"z":1e400,',
  '1.234,5',
  '1,5E+03',
  '1 000',
];
const repeatedUnits = [
  '9',
  ' ',
  '\n',
  '\t',
  ',',
  'a',
  '\\',
  '"',
  '[',
  '{"a":',
  'a=1,',
  '/',
  '+/',
  '\u00ff',
  '%2f',
  '&a=1',
];
const longBytesMax = 64 << 10;
/** One of so many inputs is made long: work that grows faster than its input shows there. */
const longOneOf = 32;

export const below = (random: Random, limit: number): number => Math.floor(random.next() * limit);

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[below(random, from.length)]!;
}

/** Returns a message with up to four changes; now and then without any. */
export function mutate(random: Random, message: Buffer, others: readonly Buffer[] = [message]): Buffer {
  let bytes = message;
  for (let count = below(random, 5); count > 0; count--) bytes = change(random, bytes, others);
  return below(random, longOneOf) === 0 ? lengthened(random, bytes) : bytes;
}

function change(random: Random, bytes: Buffer, others: readonly Buffer[]): Buffer {
  const at = below(random, bytes.length + 1);
  const to = Math.min(bytes.length, at + 1 + below(random, 16));
  const [before, part, after] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)];
  switch (below(random, 7)) {
    case 0:
      return Buffer.concat([before, after]);
    case 1:
      return Buffer.concat([before, part, part, after]);
    case 2:
      return Buffer.concat([before, Buffer.from(pick(random, special)), part, after]);
    case 3:
      return Buffer.concat([before, Buffer.from([below(random, 256)]), bytes.subarray(at + 1)]);
    case 4:
      return Buffer.concat([before, Buffer.from(part.map((byte) => byte ^ (1 << below(random, 8)))), after]);
    case 5:
      return before;
    default: {
      const other = pick(random, others);
      return Buffer.concat([before, other.subarray(below(random, other.length + 1))]);
    }
  }
}

/** Repeats something in a message until it is long: what is there, or what patterns and parsers go back over. */
function lengthened(random: Random, bytes: Buffer): Buffer {
  const at = below(random, bytes.length + 1);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  const own = after.subarray(0, 1 + below(random, 12));
  const unit = own.length === 0 || below(random, 2) === 0 ? Buffer.from(pick(random, repeatedUnits)) : own;
  const long = Buffer.alloc(Math.floor((random.next() * longBytesMax) / unit.length) * unit.length, unit);
  const end = below(random, 2) === 0 ? Buffer.from(pick(random, ['x', '"', ...special])) : Buffer.alloc(0);
  return Buffer.concat([before, long, end, after]);
}
