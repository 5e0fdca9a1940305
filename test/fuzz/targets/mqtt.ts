import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { openRecords } from '../../../gateway/journal/records/open-records.ts';
import { createBroker } from '../../../gateway/sources/mqtt/broker.ts';
import { BrokerConfig } from '../../../gateway/sources/mqtt/config.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import type { Random } from '../../../shared/runtime/random.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import { below, mutate, pick } from '../mutate.ts';
import type { Target } from '../target.ts';
import { exchanged } from './exchange.ts';

const readConfig = compileValidator(BrokerConfig);
const login = { username: 'sensor', password: Buffer.from('secret') };
const topics = [
  'telemetry/lab/m1',
  'a/b',
  'telemetry/#',
  '+/+',
  '$SYS/#',
  '/',
  'lab/\u00e9',
  'x'.repeat(300),
];

function packet(fields: Record<string, unknown>): Buffer {
  return mqttPacket.generate(fields as unknown as Packet);
}

/** Client ids are few, because sessions and what they keep are bounded by their number. */
const connectOf = (random: Random) =>
  packet({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: below(random, 3) > 0,
    clientId: `f${below(random, 8)}`,
    keepalive: 60,
    ...login,
    ...(below(random, 4) === 0 && {
      will: {
        topic: 'a/will',
        payload: Buffer.from('gone'),
        qos: below(random, 3),
        retain: below(random, 2) === 0,
      },
    }),
  });

function packetOf(random: Random): Buffer {
  const messageId = 1 + below(random, 5);
  const topic = pick(random, topics);
  const qos = below(random, 3);
  switch (below(random, 8)) {
    case 0:
    case 1: {
      const retain = below(random, 4) === 0;
      const payload = Buffer.from('{"a":1}');
      const named = topic.replaceAll(/[#+]/g, 'w');
      return packet({
        cmd: 'publish',
        topic: named,
        payload,
        qos,
        retain,
        dup: qos > 0 && below(random, 2) === 0,
        messageId,
      });
    }
    case 2:
      return packet({ cmd: 'subscribe', messageId, subscriptions: [{ topic, qos }] });
    case 3:
      return packet({ cmd: 'unsubscribe', messageId, unsubscriptions: [topic] });
    case 4:
      return packet({ cmd: 'pingreq' });
    case 5:
      return connectOf(random);
    default:
      return packet({ cmd: pick(random, ['puback', 'pubrec', 'pubrel', 'pubcomp']), messageId });
  }
}

/** The broker for sensors, on a real port. */
export async function mqttTarget(): Promise<Target> {
  const dataDir = await mkdtemp(join(tmpdir(), 'harbinger-fuzz-'));
  const users = [{ name: 'sensor', password: 'secret', publish: ['#'], subscribe: ['#'] }];
  const config = readConfig({ port: 0, users }, (problem) => new Error(problem));
  const broker = createBroker(
    { config, dataDir },
    {
      intake: { accept: (_, settled, ticket = 0) => setImmediate(settled, undefined, ticket) },
      openRecords: (dir) => openRecords({ dir, clock: systemClock, log: silentLog }),
      clock: systemClock,
      log: silentLog,
    },
  );
  await broker.start();
  const { port } = broker.ports();
  const connect = packet({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: 'right',
    keepalive: 60,
    ...login,
  });
  const publish = packet({
    cmd: 'publish',
    topic: 'telemetry/lab/m1',
    payload: Buffer.from('1'),
    qos: 1,
    messageId: 7,
    retain: false,
    dup: false,
  });
  return {
    kind: 'mqtt',
    draw(random) {
      const first = connectOf(random);
      const more = Array.from({ length: 1 + below(random, 8) }, () => packetOf(random));
      return [
        below(random, 8) === 0 ? mutate(random, first) : first,
        ...more.map((one) => mutate(random, one)),
      ];
    },
    async take(input) {
      await exchanged(port, input, 'closed');
    },
    async check() {
      const answer = await exchanged(port, [connect, publish], { bytes: 8 });
      if (!answer.subarray(0, 8).equals(Buffer.from([0x20, 2, 0, 0, 0x40, 2, 0, 7])))
        throw new Error(`a right sensor got ${answer.toString('hex')}`);
    },
    async close() {
      await broker.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
