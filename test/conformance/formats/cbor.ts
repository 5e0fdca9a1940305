import { encode } from 'cborg';
import type { FormatHarness } from './suite.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

export const cborHarness: FormatHarness = {
  kind: 'cbor',
  config: {},
  message: Buffer.from(
    encode({
      ts: 1_700_000_000_123_456_789n,
      seq: 7,
      values: { temperature: 21.5, on: true, raw: hex('01ff') },
    }),
  ),
  means: [
    {
      values: { temperature: 21.5, on: true, raw: 'Af8' },
      deviceTime: { ms: 1_700_000_000_123, ns: 456_789 },
      seq: 7,
    },
  ],
  several: Buffer.from(
    encode([
      { ts: 1_700_000_000, flow: { value: 1 } },
      { ts: 1_700_000_001, seq: 8, flow: { value: 2 } },
    ]),
  ),
  hostile: [
    '81'.repeat(20_000),
    'a16161'.repeat(20_000),
    'c1'.repeat(20_000),
    '9f'.repeat(20_000),
    '5f'.repeat(20_000),
    '7f60ff',
    'bfffff',
    'bf6161ff',
    '9bffffffffffffffff',
    'bbffffffffffffffff',
    '5bffffffffffffffff',
    '7b7fffffffffffffff',
    'baffffffff',
    '9affffffff01',
    'a16161f7',
    'a16161f0',
    'a162747366736f6f6e',
    'a162747340',
    'a1627473f7',
    'a16273657181',
    'a1626964a0',
    'a1f701',
    'a1a001',
    '81f7',
    '81a1006161',
    '82a220616102f7a2006161021bffffffffffffffff',
    'c240',
    'c482001bffffffffffffffff',
    'c4823bffffffffffffffff01',
    'c5821b001fffffffffffff01',
    'a16161c58219ffff01',
    'a1627473c11bffffffffffffffff',
    'a1695f5f70726f746f5f5fa0',
    '1bffffffffffffffff',
    'f97e00',
  ].map(hex),
  growing: [
    (bytes) => Buffer.alloc(bytes, 0x9f),
    (bytes) => Buffer.alloc(bytes, 0xc1),
    (bytes) => Buffer.concat([hex('9f'), Buffer.alloc(bytes, 0xa0), hex('ff')]),
    (bytes) => Buffer.concat([hex('7f'), Buffer.alloc(bytes, 0x60), hex('ff')]),
    (bytes) => Buffer.concat([hex('9f'), Buffer.from('f8ff'.repeat(bytes / 2), 'hex'), hex('ff')]),
    (bytes) => Buffer.concat([hex('9f'), Buffer.from('7fff'.repeat(bytes / 2), 'hex'), hex('ff')]),
    (bytes) => Buffer.from(encode({ a: { [`${'n'.repeat(bytes / 2)}`]: manyValues(bytes / 20) } })),
    (bytes) => Buffer.from(encode([{ bn: 'a:'.repeat(bytes / 2) }, ...senmlRecords(900)])),
    (bytes) => Buffer.concat([hex('c25a'), sizeOf(bytes), Buffer.alloc(bytes, 0xff)]),
  ],
};

function sizeOf(bytes: number): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes);
  return size;
}

const manyValues = (count: number) =>
  Object.fromEntries(Array.from({ length: Math.floor(count) }, (_, i) => [String(i), 1]));
const senmlRecords = (count: number) => Array.from({ length: count }, (_, i) => ({ n: String(i), v: 1 }));
