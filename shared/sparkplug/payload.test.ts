import { describe, expect, it } from 'vitest';
import { encodePayload, type TestMetric, varint } from './encode.testing.ts';
import { decodePayload, metricsMax } from './payload.ts';
import { exactValue, notTaken, types } from './values.ts';
import { rebirthCommand } from './write.ts';

const read = (metric: TestMetric) => decodePayload(encodePayload({ metrics: [metric] })).metrics[0]!;
const exact = (type: number, value: TestMetric['value']) =>
  exactValue(type, read({ name: 'a', type, value: value! }).value!);

describe('integers of each type are exact, in the field of 32 bits or of 64', () => {
  it.each<[string, number, 10 | 11, bigint, number | bigint]>([
    ['Int8', types.int8, 10, 0x80n, -128],
    ['Int8 with its sign above', types.int8, 10, 0xffffff80n, -128],
    ['Int8 in 64 bits', types.int8, 11, 0xffffffffffffff80n, -128],
    ['Int8, the greatest', types.int8, 10, 127n, 127],
    ['Int16', types.int16, 10, 65_529n, -7],
    ['Int32', types.int32, 10, 0x80000000n, -2_147_483_648],
    ['Int32 in 64 bits', types.int32, 11, 0xffffffff80000000n, -2_147_483_648],
    ['Int64', types.int64, 11, 0x8000000000000000n, -(2n ** 63n)],
    ['Int64, small', types.int64, 11, 0xfffffffffffffff7n, -9],
    ['UInt8', types.uint8, 10, 255n, 255],
    ['UInt16', types.uint16, 10, 65_535n, 65_535],
    ['UInt32', types.uint32, 10, 4_294_967_295n, 4_294_967_295],
    ['UInt32 in 64 bits, as Tahu', types.uint32, 11, 4_294_967_295n, 4_294_967_295],
    ['UInt64', types.uint64, 11, 18_446_744_073_709_551_615n, 18_446_744_073_709_551_615n],
    ['UInt64 beyond 2^53', types.uint64, 11, 9_007_199_254_740_993n, 9_007_199_254_740_993n],
    ['DateTime', types.dateTime, 11, 1_790_000_000_123n, 1_790_000_000_123],
  ])('%s', (_, type, field, written, expected) => expect(exact(type, [field, written])).toBe(expected));

  it.each([
    ['Int8', types.int8, 200n << 8n],
    ['UInt8', types.uint8, 300n],
    ['UInt16', types.uint16, 65_536n],
    ['UInt32', types.uint32, 2n ** 32n],
  ] as const)('%s refuses what has more bits', (_, type, written) =>
    expect(exact(type, [11, written])).toBeNull(),
  );
});

it('other values are read, and those of another type than that of their metric are refused', () => {
  expect(exact(types.float, [12, 21.5])).toBe(21.5);
  expect(exact(types.double, [13, 0.1])).toBe(0.1);
  expect(exact(types.boolean, [14, true])).toBe(true);
  for (const type of [types.string, types.text, types.uuid]) expect(exact(type, [15, 'öl'])).toBe('öl');
  expect(exact(types.float, [10, 1n])).toBeNull();
  expect(exact(types.int32, [13, 1.5])).toBeNull();
  expect(exact(types.boolean, [10, 1n])).toBeNull();
  expect(exact(types.string, [10, 1n])).toBeNull();
});

it('types that are not values of sensors are named', () => {
  const named = [16, 17, 18, 19, 20, 21, 22, 34, 35, 0].map((type) => notTaken(type));
  expect(named.slice(0, 8)).toEqual([
    'a data set',
    'bytes',
    'a file',
    'a template',
    'a property set',
    'property sets',
    'an array',
    'an array',
  ]);
  expect(named.slice(8)).toEqual(['a value of the unknown type 35', 'a value of the unknown type 0']);
  for (let type = 1; type <= 15; type++) expect(notTaken(type)).toBeUndefined();
  expect(read({ name: 'a', type: 17, value: [16, Buffer.from('x')] }).value).toBeUndefined();
});

it('a metric has its name, number, time, marks and quality', () => {
  expect(
    read({
      name: 'a/b',
      alias: 2n ** 63n,
      timestamp: 1_790_000_000_000,
      type: 9,
      isHistorical: true,
      isNull: true,
    }),
  ).toEqual({
    name: 'a/b',
    alias: 2n ** 63n,
    timestamp: 1_790_000_000_000n,
    type: 9,
    isHistorical: true,
    isNull: true,
  });
  expect([0, 192, 500, 64].map((quality) => read({ quality }).quality)).toEqual([
    'bad',
    'good',
    'bad',
    'uncertain',
  ]);
});

it('fields that are not known are passed over', () => {
  const unknown = Buffer.concat([
    varint(8 * 200),
    varint(7),
    varint(8 * 201 + 2),
    varint(3),
    Buffer.from('abc'),
    varint(8 * 202 + 5),
    Buffer.alloc(4),
    varint(8 * 203 + 1),
    Buffer.alloc(8),
  ]);
  const bytes = Buffer.concat([
    unknown,
    encodePayload({ timestamp: 5, seq: 255, metrics: [{ name: 'a' }] }),
    unknown,
  ]);
  expect(decodePayload(bytes)).toMatchObject({ timestamp: 5n, seq: 255, metrics: [{ name: 'a' }] });
});

it.each<[string, Buffer, RegExp]>([
  ['a JSON text', Buffer.from('{"a": 1}'), /written in the way/],
  [
    'a length beyond the end',
    Buffer.concat([varint(2 * 8 + 2), varint(100), Buffer.alloc(3)]),
    /ends behind the message/,
  ],
  ['a number without an end', Buffer.alloc(20, 0xff), /a number has no end/],
  ['a sequence number over 255', encodePayload({ seq: 256 }), /its sequence number is 256/],
  ['a name without end', encodePayload({ metrics: [{ name: 'x'.repeat(600) }] }), /more than 512 characters/],
  [
    'metrics without end',
    Buffer.concat(Array.from({ length: metricsMax + 1 }, () => Buffer.of(0x12, 0))),
    /more than 20000 metrics/,
  ],
  [
    'half a double',
    Buffer.concat([varint(2 * 8 + 2), varint(3), Buffer.of(13 * 8 + 1, 1, 2)]),
    /ends within a value/,
  ],
])('%s is refused with SPARKPLUG_PAYLOAD', (_, bytes, message) => {
  expect(() => decodePayload(bytes)).toThrow(
    expect.objectContaining({ code: 'SPARKPLUG_PAYLOAD', message: expect.stringMatching(message) }),
  );
});

it('a command for a rebirth is what edge nodes expect', () => {
  expect(decodePayload(rebirthCommand(1_790_000_000_000.5))).toEqual({
    timestamp: 1_790_000_000_000n,
    metrics: [
      {
        name: 'Node Control/Rebirth',
        timestamp: 1_790_000_000_000n,
        type: types.boolean,
        value: true,
        isHistorical: false,
        isNull: false,
      },
    ],
  });
});
