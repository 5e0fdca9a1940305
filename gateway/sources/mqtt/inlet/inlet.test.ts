import fc from 'fast-check';
import mqtt, { type Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { Inlet, type Verdict } from './inlet.ts';
import { ReadBuffers } from './read-buffers.ts';

const packetBytesMax = 2_000;
/** Buffers that contain bytes of earlier uses. */
const buffers = {
  take: (bytes: number) => Buffer.alloc(bytes + 7, 0xee),
  give: (buffer: Buffer) => void buffer.fill(0xdd),
};

/** Pushes `bytes`, split at `cuts`, and records what the inlet and the parser behind it produce, in order. */
function run(bytes: Buffer, cuts: number[], takes: (topic: string) => boolean, isInterrupted = false) {
  const seen: string[] = [];
  const parser = mqtt.parser();
  const note = (topic: string, payload: Buffer) => seen.push(`${topic}=${payload.toString('hex')}`);
  parser.on('packet', (packet) => {
    if (packet.cmd === 'publish') note(packet.topic, packet.payload as Buffer);
    else seen.push(packet.cmd);
  });
  let passed = 0;
  const inlet = new Inlet(
    {
      publish(chunk, firstByte, start, end) {
        const topicEnd = start + 2 + chunk.readUInt16BE(start);
        const topic = chunk.toString('utf8', start + 2, topicEnd);
        if (!takes(topic)) return false;
        inlet.hasEnough = isInterrupted;
        note(topic, chunk.subarray(topicEnd + (firstByte & 2), end));
        return true;
      },
      pass(part) {
        passed += part.length;
        expect(parser.parse(Buffer.from(part)), 'bytes that belong to no whole packet').toBe(0);
        return true;
      },
    },
    buffers,
    packetBytesMax,
    packetBytesMax,
  );
  const edges = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let verdict: Verdict = 'fine';
  let from = 0;
  for (const to of [...edges, bytes.length]) {
    if (to === from || verdict !== 'fine') continue;
    const chunk = Buffer.from(bytes.subarray(from, to));
    verdict = inlet.push(chunk);
    let handled = chunk;
    while (verdict === 'enough') {
      const rest = Buffer.from(inlet.rest!);
      handled.fill(0xee); // it is valid only during the call
      verdict = inlet.push(rest);
      handled = rest;
    }
    handled.fill(0xee);
    from = to;
  }
  return { seen, verdict, passed };
}

const publish = fc
  .record({
    topic: fc.constantFrom('a', 'b/c', 'ä'),
    payload: fc.uint8Array({ maxLength: 300 }),
    qos: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
    retain: fc.boolean(),
  })
  .map(({ topic, payload, qos, retain }): Packet => {
    const messageId = qos > 0 ? 7 : undefined;
    return {
      cmd: 'publish',
      topic,
      payload: Buffer.from(payload),
      qos,
      retain,
      dup: false,
      messageId,
    } as Packet;
  });
const other = fc.constantFrom<Packet>(
  { cmd: 'pingreq' },
  { cmd: 'puback', messageId: 9 } as Packet,
  { cmd: 'subscribe', messageId: 3, subscriptions: [{ topic: 'x/#', qos: 1 }] } as Packet,
);
const stream = fc
  .array(fc.oneof(publish, other), { maxLength: 12 })
  .map((packets) => Buffer.concat(packets.map((packet) => mqtt.generate(packet))));
const cuts = fc.array(fc.nat(4_000), { maxLength: 30 });

describe('inlet', () => {
  it('yields them in order also if it is interrupted after each message, and goes on with the rest', () => {
    fc.assert(
      fc.property(stream, cuts, (bytes, at) => {
        const takes = (topic: string) => topic !== 'b/c';
        expect(run(bytes, at, takes, true)).toMatchObject({
          seen: run(bytes, [], takes).seen,
          verdict: 'fine',
        });
      }),
    );
  });

  it('yields the same packets in order, however the bytes are split', () => {
    fc.assert(
      fc.property(stream, cuts, (bytes, where) => {
        const reference = run(bytes, [], () => false);
        expect(reference.passed).toBe(bytes.length);
        for (const takes of [() => true, () => false, (topic: string) => topic === 'a']) {
          expect(run(bytes, where, takes).seen).toEqual(reference.seen);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('takes whole packets of a chunk in place; nothing reaches the parser', () => {
    const packet = mqtt.generate({
      cmd: 'publish',
      topic: 'a',
      payload: 'x',
      qos: 1,
      messageId: 1,
      retain: false,
      dup: false,
    });
    const { seen, passed } = run(Buffer.concat([packet, packet, packet]), [], () => true);
    expect(seen).toEqual(['a=78', 'a=78', 'a=78']);
    expect(passed).toBe(0);
  });

  it('refuses an oversize packet by its header, however the bytes are split', () => {
    const tooLarge = mqtt.generate({
      cmd: 'publish',
      topic: 'a',
      payload: Buffer.alloc(packetBytesMax),
      qos: 0,
      retain: false,
      dup: false,
    });
    fc.assert(
      fc.property(stream, cuts, fc.nat(20), (before, where, more) => {
        const bytes = Buffer.concat([before, tooLarge.subarray(0, 3 + more)]);
        const { seen, verdict, passed } = run(bytes, where, () => false);
        expect(verdict).toBe('oversize');
        expect(seen).toEqual(run(before, [], () => false).seen);
        expect(passed).toBe(before.length);
      }),
      { numRuns: 300 },
    );
  });

  it('lets the largest permitted packet through', () => {
    const fits = mqtt.generate({
      cmd: 'publish',
      topic: 'a',
      payload: Buffer.alloc(packetBytesMax - 3),
      qos: 0,
      retain: false,
      dup: false,
    });
    for (const cuts of [[], [5, 900], [fits.length - 1]])
      expect(run(fits, cuts, () => true)).toMatchObject({ verdict: 'fine', passed: 0 });
  });

  it('refuses a length of more than four bytes, however the bytes are split', () => {
    const malformed = Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 2, 3]);
    fc.assert(
      fc.property(stream, cuts, (before, where) => {
        expect(run(Buffer.concat([before, malformed]), where, () => true).verdict).toBe('malformed');
      }),
      { numRuns: 200 },
    );
  });

  it('survives garbage', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), cuts, (garbage, where) => {
        const bytes = Buffer.from(garbage);
        const inlet = (at: number[]) => {
          const seen: string[] = [];
          const it = new Inlet(
            { publish: () => false, pass: (part) => seen.push(part.toString('hex')) > 0 },
            new ReadBuffers(),
            1_000,
            1_000,
          );
          let from = 0;
          let verdict: Verdict = 'fine';
          for (const to of [...at.map((cut) => cut % 400).sort((a, b) => a - b), bytes.length]) {
            if (to <= from || to > bytes.length || verdict !== 'fine') continue;
            verdict = it.push(bytes.subarray(from, to));
            from = to;
          }
          return verdict;
        };
        expect(inlet(where)).toBe(inlet([]));
      }),
    );
  });
});
