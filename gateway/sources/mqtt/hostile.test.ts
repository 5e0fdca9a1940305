import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestBroker, until } from './harness.testing.ts';

let gateway: TestBroker;
beforeEach(() => {
  gateway = new TestBroker();
});
afterEach(() => gateway.remove());

describe('hostile bytes', () => {
  it.each<[string, Buffer, string]>([
    ['garbage', Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n'), 'malformed'],
    ['a publish before CONNECT', Buffer.from([0x30, 4, 0, 1, 0x61, 0x78]), 'malformed'],
    ['a length of five bytes', Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x01]), 'malformed'],
    ['a CONNECT that promises 100 KiB', Buffer.from([0x10, 0x80, 0xa0, 0x06, 0, 4]), 'oversize'],
  ])('%s: closed and counted, without effect on other clients', async (_, bytes, reason) => {
    await gateway.start();
    const good = await gateway.sensor();
    const bad = await gateway.raw();
    bad.socket.write(bytes);
    await until(() => expect(bad.closed).toBe(true));
    expect(gateway.broker.stats().refused).toMatchObject({ [reason]: 1 });
    good.publish('telemetry/a', 'x');
    await until(() => expect(good.of('puback').length).toBe(1));
  });

  it('an oversize packet is refused by its header; the largest permitted one is accepted', async () => {
    await gateway.start({ packetBytesMax: 10_000 });
    const sensor = await gateway.sensor();
    const room = 10_000 - 2 - 'telemetry/a'.length - 2;
    sensor.publish('telemetry/a', 'x'.repeat(room));
    await until(() => expect(sensor.of('puback').length).toBe(1));
    // Sends only the header of a 60 MB packet, as a broker that waited for the rest would buffer it.
    sensor.socket.write(Buffer.from([0x32, 0x80, 0x8e, 0xce, 0x1c]));
    await until(() => expect(sensor.closed).toBe(true));
    expect(gateway.broker.stats().refused.oversize).toBe(1);
  });

  const latin1 = Buffer.from('telemetry/M\xfcller', 'latin1');
  const topicOf = (text: Buffer) => Buffer.concat([Buffer.from([0, text.length]), text]);
  const packetOf = (first: number, ...body: Buffer[]) => {
    const bytes = Buffer.concat(body);
    return Buffer.concat([Buffer.from([first, bytes.length]), bytes]);
  };
  const id = Buffer.from([0, 7]);
  it.each<[string, Buffer]>([
    ['a telemetry topic in Latin-1', packetOf(0x32, topicOf(latin1), id, Buffer.from('{}'))],
    ['one cut within a character', packetOf(0x32, topicOf(Buffer.from('telemetry/ü').subarray(0, -1)), id)],
    ['a surrogate', packetOf(0x32, topicOf(Buffer.from('telemetry/\xed\xa0\x80', 'latin1')), id)],
    ['U+0000', packetOf(0x32, topicOf(Buffer.from('telemetry/a\0b')), id)],
    ['another topic, QoS 0', packetOf(0x30, topicOf(Buffer.from('other/\xff', 'latin1')))],
    ['a topic at QoS 2', packetOf(0x34, topicOf(latin1), id)],
    ['a filter', packetOf(0x82, id, topicOf(latin1), Buffer.from([1]))],
    [
      'a client id',
      packetOf(0x10, Buffer.from('\0\x04MQTT\x04\x02\0\0', 'latin1'), topicOf(Buffer.from([0x61, 0xff]))),
    ],
  ])('a text that is not UTF-8 closes the connection, unacknowledged: %s', async (what, packet) => {
    await gateway.start();
    const sensor = what === 'a client id' ? await gateway.raw() : await gateway.sensor();
    sensor.socket.write(packet);
    await until(() => expect(sensor.closed).toBe(true));
    expect(sensor.received.filter(({ cmd }) => cmd !== 'connack')).toEqual([]);
    expect(gateway.intake.messages).toEqual([]);
    expect(gateway.broker.stats().refused).toMatchObject({ malformed: 1 });
  });

  it('any UTF-8 text is accepted, including the replacement character, whole or in pieces', async () => {
    await gateway.start();
    const sensor = await gateway.sensor();
    const topics = ['telemetry/Müller', 'telemetry/\ufffd', 'telemetry/工', 'telemetry/🎛'];
    for (const [i, topic] of topics.entries()) sensor.publish(topic, 'x', { messageId: i + 1 });
    await until(() => expect(sensor.of('puback').length).toBe(topics.length));
    const packet = packetOf(0x32, topicOf(Buffer.from('telemetry/\ufffd!')), id, Buffer.from('x'));
    for (const byte of packet) {
      sensor.socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => expect(sensor.of('puback').length).toBe(topics.length + 1));
    expect(gateway.intake.texts.sort()).toEqual([...topics, 'telemetry/\ufffd!'].map((t) => `${t} x`).sort());
  });

  it('random bytes after CONNECT never stop the broker', async () => {
    await gateway.start();
    for (let i = 0; i < 60; i++) {
      const bad = await gateway.sensor({ clientId: `bad${i}` });
      const bytes = Array.from({ length: 200 }, (_, k) => (i * 7_919 + k * k * 104_729) % 256);
      bad.socket.end(Buffer.from([(i * 37) % 256, ...bytes]));
    }
    await (await gateway.connected()).publishAsync('telemetry/a', 'still here', { qos: 1 });
    expect(gateway.intake.texts).toContain('telemetry/a still here');
  });

  it('logs only the first few refusals', async () => {
    const lines: string[] = [];
    const pino = await import('pino');
    gateway.log = pino.pino({}, { write: (line: string) => lines.push(line) }) as never;
    await gateway.start();
    for (let i = 0; i < 12; i++) await gateway.connackOf({ username: `nobody${i}` });
    expect(lines.filter((line) => line.includes('"credentials"')).length).toBe(5);
    expect(lines.join()).not.toContain('secret');
    const { latestRefusal } = gateway.broker.stats();
    expect(latestRefusal).toMatchObject({ reason: 'throttled', address: '127.0.0.1' });
    const { credentials, throttled } = gateway.broker.stats().refused;
    expect(credentials + throttled).toBe(12);
    expect(throttled).toBeGreaterThan(0);
  });
});
