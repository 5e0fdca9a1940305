import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RawClient, TestBroker, until } from './harness.testing.ts';
import { openTestSessions } from './sessions/opened.testing.ts';

let gateway: TestBroker;
beforeEach(async () => {
  gateway = new TestBroker();
  await gateway.start();
});
afterEach(() => gateway.remove());

const clientId = 'cloned';
const connected = (clean = false) => gateway.sensor({ clientId, clean });
const publish = (client: RawClient, payload: string, messageId = 1, dup = false) =>
  client.publish('telemetry/a', payload, { qos: 2, messageId, dup });
const release = (client: RawClient, messageId = 1) => client.send({ cmd: 'pubrel', messageId });
const payloads = () => gateway.intake.messages.map(({ payload }) => payload.toString());
const receives = (client: RawClient, cmd: 'pubrec' | 'pubcomp', count = 1) =>
  until(() => expect(client.of(cmd).length).toBe(count));

describe('QoS 2: what is a copy, and what is another message', () => {
  it.each([true, false])(
    'a device that starts anew while the disk is slow is acknowledged only for what was handed over (clean: %s)',
    async (clean) => {
      gateway.intake.mode = 'hold';
      const before = await connected(clean);
      publish(before, 'first');
      await until(() => expect(payloads()).toEqual(['first']));
      const after = await connected(clean);
      publish(after, 'second');
      await until(() => expect(payloads()).toEqual(['first', 'second']));
      gateway.intake.release();
      await receives(after, 'pubrec');
      release(after);
      await receives(after, 'pubcomp');
    },
  );

  it('an equal message without DUP on another connection is new: the device has lost its state', async () => {
    gateway.intake.mode = 'hold';
    publish(await connected(), '21.5');
    await until(() => expect(payloads().length).toBe(1));
    const again = await connected();
    publish(again, '21.5');
    await until(() => expect(payloads().length).toBe(2));
    gateway.intake.release();
    await receives(again, 'pubrec');
    const third = await connected();
    gateway.intake.mode = 'at once';
    publish(third, '21.5');
    await receives(third, 'pubrec');
    expect(payloads()).toEqual(['21.5', '21.5', '21.5']);
  });

  it('a copy waits for its message, and is refused with it', async () => {
    gateway.intake.mode = 'hold';
    publish(await connected(), 'x');
    await until(() => expect(payloads()).toEqual(['x']));
    const back = await connected();
    publish(back, 'x', 1, true);
    publish(back, 'another', 2);
    await until(() => expect(payloads()).toEqual(['x', 'another']));
    expect(back.of('pubrec')).toEqual([]);
    gateway.intake.release(new Error('disk full'), 1);
    await until(() => expect(back.closed).toBe(true));
    gateway.intake.release();
    gateway.intake.mode = 'at once';
    const last = await connected();
    publish(last, 'x', 1, true);
    await receives(last, 'pubrec');
    expect(payloads()).toEqual(['x', 'another', 'x']);
  });

  it('a session that is not kept knows nothing of the connection before it', async () => {
    publish(await connected(true), 'x');
    await until(() => expect(payloads()).toEqual(['x']));
    const back = await connected(true);
    publish(back, 'x', 1, true);
    await receives(back, 'pubrec');
    expect(payloads()).toEqual(['x', 'x']);
    expect(gateway.intake.messages[1]).toMatchObject({ resend: true });
  });

  it.each<[count: number, idOf: (i: number) => number, how: string]>([
    [10_000, (i) => i, 'of one connection'],
    [200, () => 7, 'with one packet id'],
  ])('%i unreleased messages are known, and one more is refused: %s, %s', async (count, idOf) => {
    const client = await connected(true);
    for (let i = 1; i <= count; i++) publish(client, `m${i}`, idOf(i));
    await receives(client, 'pubrec', count);
    publish(client, 'one more', idOf(count + 1));
    await until(() => expect(client.closed).toBe(true));
    expect(payloads().length).toBe(count);
    expect(gateway.broker.stats().refused.malformed).toBe(1);
    // Another connection is not affected.
    const other = await gateway.sensor({ clientId: 'other' });
    publish(other, 'x');
    await receives(other, 'pubrec');
  });
});

describe('QoS 2: two devices with one client id', () => {
  it('both get everything stored once, while they close each other’s connection, and the operator is told', async () => {
    const said: unknown[] = [];
    gateway.log = Object.assign(Object.create(gateway.log), { warn: (what: object) => said.push(what) });
    await gateway.broker.stop();
    await gateway.start();
    const unreleased: Record<string, { id: number; text: string }> = {};
    for (let round = 0; round < 8; round++) {
      for (const device of ['a', 'b']) {
        const client = await connected();
        const owed = unreleased[device];
        if (owed) {
          publish(client, owed.text, owed.id, true);
          await receives(client, 'pubrec');
          release(client, owed.id);
          await receives(client, 'pubcomp');
        }
        const sent = { id: round + 1, text: `${device}${round}` };
        publish(client, sent.text, sent.id);
        await until(() => expect(payloads()).toContain(sent.text)); // PUBREC is lost with the connection
        unreleased[device] = sent;
      }
    }
    const expected = Array.from({ length: 8 }, (_, round) => [`a${round}`, `b${round}`]).flat();
    expect(new Set(payloads())).toEqual(new Set(expected));
    // Until the client id is known to be shared, the release of one device may also cover a message of the other.
    const twice = payloads().filter((text, i) => payloads().indexOf(text) !== i);
    expect(['b0']).toEqual(expect.arrayContaining(twice));
    expect(twice.length).toBeLessThanOrEqual(1);
    const { takeovers, sharedClientIds, sharedClients } = gateway.broker.stats();
    expect({ takeovers, sharedClientIds }).toEqual({ takeovers: 15, sharedClientIds: 1 });
    expect(sharedClients).toMatchObject([
      { client: clientId, user: 'sensor', addresses: ['127.0.0.1'], takeovers: 15 },
    ]);
    expect(said).toContainEqual({
      reason: 'shared-client-id',
      client: clientId,
      user: 'sensor',
      addresses: ['127.0.0.1'],
      takeoversPerMinute: 3,
    });
  });
});

describe('QoS 2: after PUBCOMP', () => {
  it('the id is free on disk too, so that a kill right after it costs no later message', async () => {
    const client = await connected();
    publish(client, '21.5');
    await receives(client, 'pubrec');
    release(client);
    await receives(client, 'pubcomp');
    const atTheAck = join(gateway.dataDir, 'as it was');
    cpSync(join(gateway.dataDir, 'sessions'), join(atTheAck, 'sessions'), { recursive: true });
    rmSync(join(atTheAck, 'sessions', 'lock'));
    const { records, loaded } = await openTestSessions(atTheAck);
    await records.stop();
    // Beside the time that the gateway has run, only the session is there.
    const kept = loaded.map(([key]) => key).filter((key) => key !== 'time');
    expect(kept).toEqual([`c!${clientId}`]);
  });

  it('an unknown id is answered too, and releases nothing that is under way', async () => {
    gateway.intake.mode = 'hold';
    const client = await connected();
    publish(client, 'x', 3);
    await until(() => expect(payloads()).toEqual(['x']));
    release(client, 3);
    release(client, 77);
    await receives(client, 'pubcomp', 2);
    gateway.intake.release();
    await receives(client, 'pubrec');
    publish(client, 'x', 3, true);
    await receives(client, 'pubrec', 2);
    expect(payloads()).toEqual(['x']);
  });
});

describe('Session Present [MQTT-3.2.2-2]', () => {
  const presentAfter = async (clean: boolean) => {
    const client = await connected(clean);
    const [connack] = client.of('connack') as unknown as { sessionPresent: boolean }[];
    client.send({ cmd: 'disconnect' });
    await until(() => expect(client.closed).toBe(true));
    return connack!.sessionPresent;
  };

  it('is 1 for a kept session, with or without subscriptions, also after a restart', async () => {
    expect(await presentAfter(false)).toBe(false);
    expect(await presentAfter(false)).toBe(true);
    await gateway.broker.stop();
    await gateway.start();
    expect(await presentAfter(false)).toBe(true);
    const client = await connected();
    client.send({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: [{ topic: 'telemetry/#', qos: 1 }],
    } as never);
    await until(() => expect(client.of('suback').length).toBe(1));
    expect(await presentAfter(false)).toBe(true);
  });

  it('is 0 for a clean session, and after one', async () => {
    expect(await presentAfter(false)).toBe(false);
    expect(await presentAfter(true)).toBe(false);
    expect(await presentAfter(false)).toBe(false);
  });
});
