/**
 * Bad input (test/integration/bad-input): senders, gateways and models that are faulty or hostile. Each test shows what is
 * kept of their input, with which reason, and that others are not affected.
 */
import { connectPacket } from '../../load/mqtt/wire.ts';
import { packetBytes, publishBytes } from './raw-client.ts';

/** Password of both users: `sensors` may publish all telemetry, `hall` only that of the hall. */
export const password = 'a-sensor-password';

const temperature = '{"temperature": 1}';
const noUtf8 = Buffer.from([...Buffer.from('telemetry/load/'), 0xc3, 0x28]);
const mqtt6 = Buffer.from([0, 4, ...Buffer.from('MQTT'), 6, 2, 0, 0, 0, 0, 1, 0x63]);

/**
 * Input that closes a connection: the gateway's counter for it, the user who sends it (null: before CONNECT), the
 * bytes.
 */
export const badPackets: [what: string, reason: string, user: string | null, bytes: Buffer][] = [
  ['garbage instead of MQTT', 'malformed', null, Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['a client id of 1 MB', 'oversize', null, packetBytes(0x10, Buffer.alloc(1 << 20, 'x'))],
  [
    'an oversize payload',
    'oversize',
    'sensors',
    publishBytes(1, 'telemetry/load/x1', Buffer.alloc(300_000, ' ')),
  ],
  ['a topic outside its rights', 'publish', 'hall', publishBytes(1, 'telemetry/load/m0', temperature)],
  ['an empty topic', 'malformed', 'sensors', publishBytes(1, '', temperature)],
  ['a wildcard as topic', 'malformed', 'sensors', publishBytes(1, 'telemetry/#', temperature)],
  ['+ as topic', 'malformed', 'sensors', publishBytes(1, 'telemetry/load/+', temperature)],
  ['a topic that is not UTF-8', 'malformed', 'sensors', publishBytes(1, noUtf8, temperature)],
  ['a topic with U+0000', 'malformed', 'sensors', publishBytes(1, 'telemetry/load/m\u0000', temperature)],
];

/** Connections that are refused, with MQTT's return code. */
export const badConnects: [what: string, returnCode: number, bytes: Buffer][] = [
  ['a wrong password', 4, connectPacket('a', true, { username: 'sensors', password: 'guess' })],
  ['nobody', 4, connectPacket('b', true, {})],
  [
    'a client id of 1,000 characters',
    2,
    connectPacket('x'.repeat(1_000), true, { username: 'sensors', password }),
  ],
  ['MQTT 6', 1, packetBytes(0x10, mqtt6)],
];

/** JSON that is nested so deeply that it overflows the stack of a recursive reader. */
export const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

/** Mistakes that a permitted sensor can make in a message: topic, payload, and the code of the dead letter. */
export const badMessages: [what: string, topic: string | Buffer, payload: string | Buffer, code: string][] = [
  ['no JSON', 'telemetry/plant/p1', 'hello', 'DECODE_JSON'],
  ['nothing', 'telemetry/plant/p1', '', 'DECODE_JSON'],
  ['bytes', 'telemetry/plant/p1', Buffer.from([0xff, 0xfe, 0x00, 0x7b]), 'DECODE_JSON'],
  ['half a message', 'telemetry/plant/p1', '{"vibration_x": 1', 'DECODE_JSON'],
  ['NaN', 'telemetry/plant/p1', '{"vibration_x": NaN}', 'CONTRACT_FINITE'],
  ['NaN as text', 'telemetry/plant/p1/vibration_x', 'NaN', 'DECODE_NUMBER'],
  ['a bare number for a machine', 'telemetry/plant/p1', '42', 'DECODE_SHAPE'],
  ['a wrong type', 'telemetry/plant/p1', '{"vibration_x": "high"}', 'CONTRACT_TYPE'],
  ['a deep value', 'telemetry/plant/p1', `{"vibration_x": ${deep(60_000)}}`, 'CONTRACT_TYPE'],
  ['a deep message', 'telemetry/plant/p1', deep(60_000), 'DECODE_SHAPE'],
  ['infinity', 'telemetry/plant/p1', '{"vibration_x": 1e400}', 'CONTRACT_FINITE'],
  ['infinity for any sensor', 'telemetry/load/x1', '{"temperature": -1e999}', 'CONTRACT_FINITE'],
  ['a huge number', 'telemetry/plant/p1', '{"vibration_x": 1e30}', 'CONTRACT_RANGE'],
  ['no sensor of its type', 'telemetry/plant/p1', '{"colour": 3}', 'CONTRACT_EMPTY'],
  ['a prototype', 'telemetry/plant/p1', '{"__proto__": {"vibration_x": 1}}', 'CONTRACT_EMPTY'],
  ['an invalid time', 'telemetry/plant/p1', '{"vibration_x": 1, "ts": "soon"}', 'DECODE_TIME'],
  ['too many readings', 'telemetry/plant/p1', `[${'{},'.repeat(1_000)}{}]`, 'DECODE_TOO_MANY'],
  ['an unknown machine', 'telemetry/attic/fan', '{"temperature": 20, "ts": 1}', 'MACHINE_UNKNOWN'],
  ['no such route', 'telemetry/load', '{"temperature": 1}', 'TOPIC_UNROUTED'],
  ['a made-up lifecycle', 'lifecycle/plant/p1', '{"state": "exploded"}', 'DECODE_LIFECYCLE'],
  ['tags in a name', 'telemetry/load/m0,machine=evil', '{"temperature": 1}', 'MACHINE_NAME'],
  ['SQL in a name', "telemetry/load/m'; drop table generic; --", '{"temperature": 1}', 'MACHINE_NAME'],
  ['a path in a name', 'telemetry/load/..', '{"temperature": 1}', 'MACHINE_NAME'],
  ['a line in a sensor', 'telemetry/load/x1', '{"a=1 1\\nevil v": 1}', 'CONTRACT_EMPTY'],
  ['a line in a value', 'telemetry/load/x1', '{"temperature": "1 1\\nevil v=1"}', 'CONTRACT_EMPTY'],
  ['SQL in a sensor', 'telemetry/load/x1', '{"a\\"; drop table generic; --": 1}', 'CONTRACT_EMPTY'],
];
