import { describe, expect, it } from 'vitest';
import { PacketHeader } from './packet-header.ts';

/** From the table of MQTT 3.1.1, section 2.2.3: the smallest and the largest length of each number of bytes. */
const lengths: [number, number[]][] = [
  [0, [0x00]],
  [127, [0x7f]],
  [128, [0x80, 0x01]],
  [16_383, [0xff, 0x7f]],
  [16_384, [0x80, 0x80, 0x01]],
  [2_097_151, [0xff, 0xff, 0x7f]],
  [2_097_152, [0x80, 0x80, 0x80, 0x01]],
  [268_435_455, [0xff, 0xff, 0xff, 0x7f]],
];

describe('PacketHeader', () => {
  it.each(lengths)('reads a length of %i, wherever the header is split', (bodyBytes, bytes) => {
    const header = new PacketHeader();
    const packet = Uint8Array.from([0x30, ...bytes, 0xaa]);
    const end = packet.length - 1;
    for (let cut = 1; cut < end; cut++) {
      expect(header.begin(packet.subarray(0, cut), 0)).toBe(cut);
      expect(header.isPartial).toBe(true);
      expect(header.resume(packet.subarray(cut), 0)).toBe(end - cut);
      expect(header.isPartial).toBe(false);
      expect(header.bodyBytes).toBe(bodyBytes);
    }
    expect(header.begin(Uint8Array.from([0xaa, ...packet]), 1)).toBe(1 + end);
    expect(header.bodyBytes).toBe(bodyBytes);
  });

  it.each([0x00, 0x0f, 0x11, 0x36, 0x60, 0x80, 0x92, 0xf0])(
    'refuses a packet that begins with %i',
    (byte) => {
      expect(new PacketHeader().begin(Uint8Array.from([byte, 0]), 0)).toBe(-1);
    },
  );

  it('refuses a length of five bytes, wherever the header is split', () => {
    const packet = Uint8Array.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01]);
    expect(new PacketHeader().begin(packet, 0)).toBe(-1);
    for (let cut = 1; cut < 5; cut++) {
      const header = new PacketHeader();
      header.begin(packet.subarray(0, cut), 0);
      expect(header.resume(packet.subarray(cut), 0)).toBe(-1);
    }
  });
});
