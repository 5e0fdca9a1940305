import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { generate } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../runtime/random.ts';
import { guardPackets, PacketMeter } from './packet-guard.ts';

const packets = Buffer.concat([
  generate({ cmd: 'pingreq' }),
  ...[0, 1, 120, 127, 128, 16_383, 16_384, 70_000].map((bytes) =>
    generate({
      cmd: 'publish',
      topic: 't',
      payload: Buffer.alloc(bytes, 0xff),
      qos: 1,
      messageId: 1,
      dup: false,
      retain: false,
    }),
  ),
  generate({ cmd: 'pingreq' }),
]);
const largest = 70_000 + 3 + 2;

describe('PacketMeter', () => {
  it('finds the same packets however the bytes are split', () => {
    const random = seededRandom(7);
    for (let round = 0; round < 50; round++) {
      const fits = new PacketMeter();
      const tooSmall = new PacketMeter();
      const found: number[] = [];
      for (let at = 0; at < packets.length; ) {
        const end = at + 1 + Math.floor(random.next() ** 4 * 40_000);
        expect(fits.feed(packets.subarray(at, end), largest)).toBeNull();
        const size = tooSmall.feed(packets.subarray(at, end), largest - 1);
        if (size !== null) found.push(size);
        at = end;
      }
      expect(found[0]).toBe(largest);
    }
  });

  it('refuses a length of more than four bytes', () => {
    expect(new PacketMeter().feed(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]), 2 ** 30)).toBe(
      Number.POSITIVE_INFINITY,
    );
  });
});

it('destroys the connection at the announced length, before the body comes', async () => {
  const connection = guardPackets(new PassThrough(), { bytesMax: () => 100, stage: 'ingest' });
  const failed = once(connection, 'error');
  connection.on('readable', () => connection.read());
  connection.write(Buffer.from([0x30, 0x80, 0x80, 0x04]));
  expect((await failed)[0]).toMatchObject({
    code: 'PACKET_TOO_LARGE',
    message: expect.stringContaining('65536'),
  });
});

it('hands out whole packets only, however the bytes arrive', () => {
  const random = seededRandom(3);
  const sizes = [() => 1, () => 1 + Math.floor(random.next() ** 4 * 40_000), () => packets.length];
  for (const size of sizes) {
    const connection = guardPackets(new PassThrough(), { bytesMax: () => largest, stage: 'ingest' });
    const whole = new PacketMeter();
    const parts: Buffer[] = [];
    for (let at = 0; at < packets.length; ) {
      const end = at + size();
      connection.write(packets.subarray(at, end));
      const part: Buffer | null = connection.read();
      if (part !== null) {
        whole.feed(part, largest);
        expect(whole.wholeTo).toBe(part.length);
        parts.push(Buffer.from(part));
      }
      at = end;
    }
    expect(Buffer.concat(parts).equals(packets)).toBe(true);
  }
});
