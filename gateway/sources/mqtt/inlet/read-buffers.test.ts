import { once } from 'node:events';
import { connect, createServer, Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestBroker, until } from '../harness.testing.ts';
import { ReadBuffers, readInto } from './read-buffers.ts';

describe('a buffer of all', () => {
  it('accepted sockets of this Node read into it, pause when told to, and resume', async () => {
    const buffer = Buffer.alloc(16);
    const seen: string[] = [];
    let goesOn = false;
    const server = createServer((socket) => {
      const isTaken = readInto(socket, buffer, (bytes) => {
        expect(bytes.buffer).toBe(buffer.buffer);
        seen.push(bytes.toString());
        return goesOn;
      });
      expect(isTaken).toBe(true);
      socket.on('end', () => seen.push('end'));
      server.once('read on', () => socket.read(0));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const sender = connect((server.address() as { port: number }).port, '127.0.0.1');
    sender.end('0123456789abcdef----');
    await until(() => expect(seen).toEqual(['0123456789abcdef']));
    goesOn = true;
    server.emit('read on');
    await until(() => expect(seen).toEqual(['0123456789abcdef', '----', 'end']));
    server.close();
  });

  it('leaves other streams alone', () => {
    for (const stream of [new PassThrough(), new Socket()])
      expect(readInto(stream, Buffer.alloc(1), () => true)).toBe(false);
  });

  it('spare buffers are reused if they have the requested size, and their number is bounded', () => {
    const buffers = new ReadBuffers();
    const first = buffers.take(5_000);
    expect(first.length).toBe(8_192);
    buffers.give(first);
    expect(buffers.take(9_000)).not.toBe(first);
    expect(buffers.take(4_097)).toBe(first);
    expect(buffers.take(4_097)).not.toBe(first);
    expect(buffers.take(70_000).length).toBe(70_000);
    const many = Array.from({ length: 20 }, () => buffers.take(65_536));
    for (const buffer of many) buffers.give(buffer);
    const again = new Set(Array.from({ length: 20 }, () => buffers.take(65_536)));
    expect(many.filter((buffer) => again.has(buffer))).toHaveLength(16);
  });
});

describe('connections that share it', () => {
  let gateway: TestBroker;
  beforeEach(async () => {
    gateway = await new TestBroker().start();
  });
  afterEach(() => gateway.remove());

  const publish = (more: Partial<Packet>) =>
    mqttPacket.generate({
      cmd: 'publish',
      topic: 'telemetry/p/m',
      payload: 'x',
      qos: 1,
      retain: false,
      dup: false,
      messageId: 1,
      ...more,
    } as Packet);

  it('keep their messages apart, whole, retained or in pieces', async () => {
    const sensors = await Promise.all([0, 1, 2, 3].map((i) => gateway.sensor({ clientId: `sensor-${i}` })));
    const texts = sensors.map((_, i) => [3, 9_000, 200_000].map((length) => `${i}`.repeat(length)));
    const bytes = texts.map((own) =>
      Buffer.concat(
        own.flatMap((text, n) => [
          publish({ payload: text, messageId: n + 1 }),
          publish({ payload: `${text}!`, messageId: n + 10, qos: 2 }),
          publish({ payload: `${text}?`, messageId: n + 20, retain: true }),
        ]),
      ),
    );
    const step = 7_001;
    for (let at = 0; at < bytes[0]!.length; at += step)
      sensors.forEach(({ socket }, i) => void socket.write(bytes[i]!.subarray(at, at + step)));
    const expected = texts.flat().flatMap((text) => [text, `${text}!`, `${text}?`]);
    await until(() => expect(gateway.intake.messages).toHaveLength(expected.length));
    const seen = gateway.intake.messages.map(({ payload }) => payload.toString());
    expect(seen.sort()).toEqual(expected.sort());
  });

  it('a client that disconnects while it is not read from loses no message', async () => {
    gateway.intake.mode = 'hold';
    const sensor = await gateway.sensor();
    const count = 5_000;
    const messages = Array.from({ length: count }, (_, i) => publish({ payload: `${i}`, messageId: i + 1 }));
    sensor.socket.end(Buffer.concat(messages));
    await until(() => expect(gateway.intake.messages.length).toBeGreaterThanOrEqual(1_000));
    expect(gateway.intake.messages.length).toBeLessThan(count);
    gateway.intake.mode = 'at once';
    gateway.intake.release();
    await until(() => expect(gateway.intake.messages).toHaveLength(count));
    expect(gateway.intake.messages.map(({ payload }) => Number(payload))).toEqual([...messages.keys()]);
  });
});
