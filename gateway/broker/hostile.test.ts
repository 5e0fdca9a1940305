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
  ])('%s: closed, counted, and nobody else notices', async (_, bytes, reason) => {
    await gateway.start();
    const good = await gateway.sensor();
    const bad = await gateway.raw();
    bad.socket.write(bytes);
    await until(() => expect(bad.closed).toBe(true));
    expect(gateway.broker.stats().refused).toMatchObject({ [reason]: 1 });
    good.publish('telemetry/a', 'x');
    await until(() => expect(good.of('puback').length).toBe(1));
  });

  it('an oversize packet is refused from its header; the largest permitted one is taken', async () => {
    await gateway.start({ packetBytesMax: 10_000 });
    const sensor = await gateway.sensor();
    const room = 10_000 - 2 - 'telemetry/a'.length - 2;
    sensor.publish('telemetry/a', 'x'.repeat(room));
    await until(() => expect(sensor.of('puback').length).toBe(1));
    // Only the header of a 60 MB packet: waiting for the rest would be buffering it.
    sensor.socket.write(Buffer.from([0x32, 0x80, 0x8e, 0xce, 0x1c]));
    await until(() => expect(sensor.closed).toBe(true));
    expect(gateway.broker.stats().refused.oversize).toBe(1);
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

  it('tells of the first few refusals only', async () => {
    const lines: string[] = [];
    const pino = await import('pino');
    gateway.log = pino.pino({}, { write: (line: string) => lines.push(line) }) as never;
    await gateway.start();
    for (let i = 0; i < 12; i++) await gateway.connackOf({ username: `nobody${i}` });
    expect(lines.filter((line) => line.includes('"credentials"')).length).toBe(5);
    expect(lines.join()).not.toContain('secret');
    const { credentials, throttled } = gateway.broker.stats().refused;
    expect(credentials + throttled).toBe(12);
    expect(throttled).toBeGreaterThan(0);
  });
});
