import { types } from './values.ts';

/** The command by which a host asks an edge node for its births. */
export function rebirthCommand(nowMs: number): Buffer {
  const timestamp = BigInt(Math.floor(nowMs));
  const name = Buffer.from('Node Control/Rebirth');
  const metric = Buffer.concat([
    ...[head(1, 2), varint(BigInt(name.length)), name],
    ...[head(3, 0), varint(timestamp), head(4, 0), varint(BigInt(types.boolean)), head(14, 0), varint(1n)],
  ]);
  return Buffer.concat([head(1, 0), varint(timestamp), head(2, 2), varint(BigInt(metric.length)), metric]);
}

function head(field: number, wire: number): Buffer {
  return varint(BigInt(field * 8 + wire));
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left >>= 7n) {
    const low = Number(left & 0x7fn);
    if (left < 0x80n) return Buffer.from([...bytes, low]);
    bytes.push(low | 0x80);
  }
}
