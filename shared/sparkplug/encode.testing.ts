/** Payloads for tests, written from the field numbers; publishers of others are in test/peers/sparkplug. */
export interface TestMetric {
  name?: string;
  alias?: bigint | number;
  timestamp?: number;
  type?: number;
  isHistorical?: boolean;
  isNull?: boolean;
  /** A field of a value by its number in a metric, with what is written there. */
  value?: [field: 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17, value: bigint | number | string | boolean | Buffer];
  quality?: number;
}

export function encodePayload(payload: { timestamp?: number; seq?: number; metrics?: TestMetric[] }): Buffer {
  return Buffer.concat([
    ...(payload.timestamp === undefined ? [] : [number(1, payload.timestamp)]),
    ...(payload.metrics ?? []).map((metric) => bytes(2, encodeMetric(metric))),
    ...(payload.seq === undefined ? [] : [number(3, payload.seq)]),
  ]);
}

function encodeMetric(metric: TestMetric): Buffer {
  const { name, alias, timestamp, type, isHistorical, isNull, value, quality } = metric;
  return Buffer.concat([
    ...(name === undefined ? [] : [bytes(1, Buffer.from(name))]),
    ...(alias === undefined ? [] : [number(2, alias)]),
    ...(timestamp === undefined ? [] : [number(3, timestamp)]),
    ...(type === undefined ? [] : [number(4, type)]),
    ...(isHistorical ? [number(5, 1)] : []),
    ...(isNull ? [number(7, 1)] : []),
    ...(quality === undefined ? [] : [bytes(9, properties(quality))]),
    ...(value === undefined ? [] : [valueField(...value)]),
  ]);
}

function properties(quality: number): Buffer {
  const value = Buffer.concat([number(1, 3), number(3, quality)]);
  return Buffer.concat([bytes(1, Buffer.from('Quality')), bytes(2, value)]);
}

function valueField(field: number, value: bigint | number | string | boolean | Buffer): Buffer {
  if (typeof value === 'string') return bytes(field, Buffer.from(value));
  if (Buffer.isBuffer(value)) return bytes(field, value);
  if (field === 12 || field === 13) {
    const fixed = Buffer.alloc(field === 12 ? 4 : 8);
    if (field === 12) fixed.writeFloatLE(Number(value));
    else fixed.writeDoubleLE(Number(value));
    return Buffer.concat([varint(field * 8 + (field === 12 ? 5 : 1)), fixed]);
  }
  return number(field, typeof value === 'boolean' ? Number(value) : value);
}

function number(field: number, value: bigint | number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

function bytes(field: number, content: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
}

export function varint(value: bigint | number): Buffer {
  const out: number[] = [];
  let left = BigInt.asUintN(64, BigInt(value));
  for (; left >= 0x80n; left >>= 7n) out.push(Number(left & 0x7fn) | 0x80);
  return Buffer.from([...out, Number(left)]);
}
