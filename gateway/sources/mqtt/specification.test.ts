/** Normative statements of MQTT 3.1.1 that a broker checks; their numbers are those of the specification. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type RawClient, TestBroker, until } from './harness.testing.ts';

let gateway: TestBroker;
beforeEach(async () => {
  gateway = new TestBroker();
  await gateway.start({ websocketPort: 0 });
});
afterEach(() => gateway.remove());

const text = (value: string) => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
};
const packet = (first: number, ...parts: (Buffer | number[])[]) => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from([first, body.length]), body]);
};
const sign = (flags: number, level = 4) => Buffer.concat([text('MQTT'), Buffer.from([level, flags, 0, 60])]);
const [user, password] = [text('sensor'), text('secret')];
const will = Buffer.concat([text('lifecycle/a'), text('{}')]);
const clean = 0x02;
const named = 0xc0;
const topic = text('telemetry/a');

/** A connection that has sent these bytes, after CONNECT unless they are one. */
async function sent(bytes: Buffer): Promise<RawClient> {
  const client = bytes[0] === 0x10 ? await gateway.raw() : await gateway.sensor();
  client.socket.write(bytes);
  return client;
}

/** The answers to a client, beside CONNACK, until the broker closed the connection. */
async function answersUntilClosed(bytes: Buffer): Promise<string[]> {
  const client = await sent(bytes);
  await until(() => expect(client.closed).toBe(true));
  return client.received.map(({ cmd }) => cmd).filter((cmd) => cmd !== 'connack');
}

describe('the connection is closed, and nothing of the packet is acted upon [MQTT-4.8.0-1]', () => {
  it.each<[string, Buffer]>([
    ['2.3.1-1: PUBLISH of QoS 1 with packet id 0', packet(0x32, topic, [0, 0], Buffer.from('1'))],
    ['2.3.1-1: PUBLISH of QoS 2 with packet id 0', packet(0x34, topic, [0, 0], Buffer.from('1'))],
    ['2.3.1-1: SUBSCRIBE with packet id 0', packet(0x82, [0, 0], topic, [1])],
    ['2.3.1-1: UNSUBSCRIBE with packet id 0', packet(0xa2, [0, 0], topic)],
    ['2.3.1-6: PUBACK with packet id 0', packet(0x40, [0, 0])],
    ['2.3.1-6: PUBREC with packet id 0', packet(0x50, [0, 0])],
    ['2.3.1-6: PUBREL with packet id 0', packet(0x62, [0, 0])],
    ['2.3.1-6: PUBCOMP with packet id 0', packet(0x70, [0, 0])],
    ['3.1.2-14: a will of QoS 3', packet(0x10, sign(named | clean | 0x1c), text('c'), will, user, password)],
    ['3.1.2-22: a password without a user name', packet(0x10, sign(0x40 | clean), text('c'), password)],
    [
      '3.1.3-1: bytes after the fields of CONNECT',
      packet(0x10, sign(named | clean), text('c'), user, password, [0]),
    ],
    ['3.3.1-2: DUP at QoS 0', packet(0x38, topic, Buffer.from('1'))],
    ['3.3.1-2: DUP at QoS 0, retained', packet(0x39, topic, Buffer.from('1'))],
    ['3.3.1-4: QoS 3', packet(0x36, topic, [0, 1], Buffer.from('1'))],
    ['3.3.2-2: a wildcard in the topic', packet(0x32, text('telemetry/+'), [0, 1], Buffer.from('1'))],
    ['PUBLISH that ends within its packet id', packet(0x32, topic, [0])],
    ['PUBACK of 3 bytes', packet(0x40, [0, 1, 0])],
    ['PUBREL of 0 bytes', packet(0x62)],
    ['3.8.3-3: SUBSCRIBE without a filter', packet(0x82, [0, 1])],
    ['3.8.3-4: SUBSCRIBE at QoS 3', packet(0x82, [0, 1], topic, [3])],
    ['SUBSCRIBE that ends before the QoS', packet(0x82, [0, 1], topic)],
    ['3.10.3-2: UNSUBSCRIBE without a filter', packet(0xa2, [0, 1])],
    ['PINGREQ of 1 byte', packet(0xc0, [0])],
    ['DISCONNECT of 1 byte', packet(0xe0, [0])],
    ['CONNACK, which only servers send', packet(0x20, [0, 0])],
    ['SUBACK, which only servers send', packet(0x90, [0, 1, 0])],
    ['PINGRESP, which only servers send', packet(0xd0)],
  ])('%s', async (_, bytes) => {
    expect(await answersUntilClosed(bytes)).toEqual([]);
    expect(gateway.intake.messages).toEqual([]);
    const { refused, retained, sessions } = gateway.broker.stats();
    expect([refused.malformed, retained.messages, sessions]).toEqual([1, 0, 0]);
  });

  it('3.1.2-2: an unknown protocol level is answered with return code 1', async () => {
    for (const level of [2, 6, 127]) {
      const client = await sent(packet(0x10, sign(clean, level), text('c')));
      await until(() => expect(client.closed).toBe(true));
      expect(client.of('connack')).toMatchObject([{ returnCode: 1, sessionPresent: false }]);
    }
    expect(gateway.broker.stats().refused.version).toBe(3);
  });

  it('6.0.0-1: text frames on a WebSocket', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.broker.ports().websocketPort}`, 'mqtt');
    const received: Buffer[] = [];
    socket.on('message', (bytes) => received.push(bytes as Buffer));
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(packet(0x10, sign(named | clean), text('c'), user, password));
    socket.send(packet(0x32, topic, [0, 7], Buffer.from('in binary')));
    const connackAndPuback = Buffer.from([0x20, 2, 0, 0, 0x40, 2, 0, 7]);
    await until(() => expect(Buffer.concat(received)).toEqual(connackAndPuback));
    // It has only bytes of ASCII, so the text is a PUBLISH byte by byte.
    socket.send(packet(0x30, topic, Buffer.from('in text')).toString('latin1'));
    await closed;
    expect(gateway.intake.texts).toEqual(['telemetry/a in binary']);
    expect(gateway.broker.stats().refused.malformed).toBe(1);
  });
});

describe('acknowledgements that nobody waits for', () => {
  it.each([true, false])(
    '4.3: change nothing and close nothing; PUBREC is answered with PUBREL, PUBREL with PUBCOMP (clean: %s)',
    async (isClean) => {
      const client = await gateway.sensor({ clientId: 'subscriber', clean: isClean });
      client.send({
        cmd: 'subscribe',
        messageId: 1,
        subscriptions: [{ topic: 'telemetry/#', qos: 2 }],
      } as never);
      await until(() => expect(client.of('suback').length).toBe(1));
      for (const first of [0x40, 0x50, 0x62, 0x70]) client.socket.write(packet(first, [0x12, 0x34]));
      await until(() => expect(client.of('pubcomp')).toMatchObject([{ messageId: 0x1234 }]));
      await until(() => expect(client.of('pubrel')).toMatchObject([{ messageId: 0x1234 }]));
      const sender = await gateway.sensor({ clientId: 'sender' });
      sender.publish('telemetry/a', 'x', { qos: 2, messageId: 5 });
      await until(() => expect(client.of('publish')).toMatchObject([{ qos: 2 }]));
      expect(client.closed).toBe(false);
    },
  );

  it('4.3.3-2: a PUBREL for an unknown id does not release another one', async () => {
    const client = await gateway.sensor({ clientId: 'sender', clean: false });
    client.publish('telemetry/a', 'x', { qos: 2, messageId: 5 });
    await until(() => expect(client.of('pubrec').length).toBe(1));
    client.send({ cmd: 'pubrel', messageId: 6 });
    await until(() => expect(client.of('pubcomp').length).toBe(1));
    client.publish('telemetry/a', 'x', { qos: 2, messageId: 5, dup: true });
    await until(() => expect(client.of('pubrec').length).toBe(2));
    expect(gateway.intake.texts).toEqual(['telemetry/a x']);
  });
});

it('what the specification permits is served: DUP at QoS 1, packet id 65535, a will of QoS 2', async () => {
  const client = await gateway.sensor({
    will: { topic: 'lifecycle/a', payload: Buffer.from('gone'), qos: 2, retain: false },
  });
  client.publish('telemetry/a', 'x', { qos: 1, messageId: 65_535, dup: true });
  await until(() => expect(client.of('puback')).toMatchObject([{ messageId: 65_535 }]));
  client.socket.destroy();
  await until(() => expect(gateway.intake.texts).toEqual(['telemetry/a x', 'lifecycle/a gone']));
});
