import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { openRecords } from '../../../gateway/journal/records/open-records.ts';
import { createBroker } from '../../../gateway/sources/mqtt/broker.ts';
import { BrokerConfig } from '../../../gateway/sources/mqtt/config.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { type Random, seededRandom } from '../../../shared/runtime/random.ts';
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

type Version = 4 | 5;

function packet(fields: Record<string, unknown>, protocolVersion: Version = 4): Buffer {
  return mqttPacket.generate(fields as unknown as Packet, { protocolVersion });
}

/** Some of the properties that a packet of MQTT 5 may have. */
function propertiesOf(random: Random, all: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(all).filter(() => below(random, 3) === 0));
}

/** Client ids are few, because sessions and what they keep are bounded by their number. */
const connectOf = (random: Random, version: Version) =>
  packet(
    {
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: version,
      ...(version === 5 && {
        properties: propertiesOf(random, {
          sessionExpiryInterval: below(random, 3),
          receiveMaximum: 1 + below(random, 3),
          maximumPacketSize: 1 + below(random, 300),
          topicAliasMaximum: below(random, 3),
          requestProblemInformation: below(random, 2) === 0,
          userProperties: { a: 'b' },
          authenticationMethod: 'x',
        }),
      }),
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
          ...(version === 5 && {
            properties: propertiesOf(random, {
              willDelayInterval: below(random, 3),
              contentType: 'text/plain',
            }),
          }),
        },
      }),
    },
    version,
  );

function packetOf(random: Random, version: Version): Buffer {
  const is5 = version === 5;
  const write = (fields: Record<string, unknown>) => packet(fields, version);
  const messageId = 1 + below(random, 5);
  const topic = pick(random, topics);
  const qos = below(random, 3);
  switch (below(random, 8)) {
    case 0:
    case 1: {
      const retain = below(random, 4) === 0;
      const payload = Buffer.from('{"a":1}');
      const named = topic.replaceAll(/[#+]/g, 'w');
      const topicAlias = below(random, 18);
      const isAlias = is5 && below(random, 4) === 0;
      return write({
        cmd: 'publish',
        topic: isAlias ? '' : named,
        ...(is5 && {
          properties: {
            ...propertiesOf(random, {
              messageExpiryInterval: below(random, 3),
              contentType: 'application/json',
              responseTopic: 'a/answer',
              correlationData: Buffer.from([1, 2]),
              userProperties: { unit: 'bar', constructor: ['1', '2'] },
              topicAlias,
            }),
            ...(isAlias && { topicAlias }),
          },
        }),
        payload,
        qos,
        retain,
        dup: qos > 0 && below(random, 2) === 0,
        messageId,
      });
    }
    case 2:
      return write({
        cmd: 'subscribe',
        messageId,
        subscriptions: [topic, ...(below(random, 3) === 0 ? ['__proto__', '$share/g/a'] : [])].map(
          (each) => ({
            topic: each,
            qos,
            ...(is5 && { nl: below(random, 2) === 0, rap: below(random, 2) === 0, rh: below(random, 3) }),
          }),
        ),
        ...(is5 && { properties: propertiesOf(random, { subscriptionIdentifier: 1 + below(random, 300) }) }),
      });
    case 3:
      return write({ cmd: 'unsubscribe', messageId, unsubscriptions: [topic] });
    case 4:
      return below(random, 2) === 0 || !is5
        ? packet({ cmd: 'pingreq' })
        : write({
            cmd: 'disconnect',
            reasonCode: 4,
            properties: propertiesOf(random, { sessionExpiryInterval: 1 }),
          });
    case 5:
      return connectOf(random, version);
    default:
      return write({ cmd: pick(random, ['puback', 'pubrec', 'pubrel', 'pubcomp']), messageId });
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
      random: seededRandom(1),
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
      const version = below(random, 2) === 0 ? 4 : 5;
      const first = connectOf(random, version);
      const more = Array.from({ length: 1 + below(random, 8) }, () => packetOf(random, version));
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
