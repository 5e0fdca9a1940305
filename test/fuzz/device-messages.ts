/**
 * Messages of devices that change what they send while they run: a key is added, left out, renamed or given another kind of
 * value, the order or the blanks change, and one device begins to send as another does. Values vary with each message.
 */
import type { Random } from '../../shared/runtime/random.ts';
import { below, pick } from './mutate.ts';

interface Field {
  key: string;
  kind: Kind;
}

/** The messages of one device, without their values. */
interface Shape {
  fields: Field[];
  /** Blanks between the parts of the text. */
  gap: string;
  /** In an object `values`, beside a running number. */
  isNested: boolean;
  end: string;
}

const measured = ['flow', 'level', 'temperature', 'x1', 'value'];
const keys = [
  ...measured,
  ...['Flow', 'flow ', 'fl', 'flo', 'Air Temp', 'Air_Temp', 'Air/Temp', 'aé', 'a__', 'flow_text', 'x2', '1'],
  ...['mode', 'valve', 'pumpMode', 'status', 'quality', 'q', 'sc', 'on'],
  ...['ts', 'time', 'timestamp', 'last_seen', 'updatedAt', 'rx_time', 'id', 'seq', 't'],
  ...['v', 'val', 'name', 'tag', 'channel', 'values', 'fields', 'machine', 'site'],
  ...['a\\"b', 'fl\\u006fw', '__proto__', 'constructor', 'toString'],
];
const words = `AUTO MANUAL OFF ON auto true running bad good Bad_Sensor none hello v flow Water AUTOMATIC AUT Größe`;
const texts = [...words.split(' '), '', ' ', 'Auto ', 'hall 3', 'not good', '007', '1.4.2', '7 ', '\\n'];
const startMs = 1_700_000_000_000;

const draws = {
  plain: (random: Random) => `${below(random, 2_000)}${pick(random, ['', '', '.5', '.25', '.125', '.50'])}`,
  full: (random: Random) => JSON.stringify((random.next() * 1e6) / 7),
  odd: (random: Random) =>
    pick(random, [
      '-0',
      '1e3',
      '0.0000001',
      '2147483648',
      '9007199254740993',
      '40000000000000010',
      '1e400',
      '01',
    ]),
  text: (random: Random) => `"${pick(random, texts)}"`,
  long: (random: Random) => `"${'y'.repeat(below(random, 300))}"`,
  number: (random: Random) => `"${draws.plain(random)}"`,
  flag: (random: Random) => pick(random, ['true', 'false']),
  nothing: () => 'null',
  date: (random: Random) =>
    pick(random, [
      `"2023-11-14T22:13:${10 + below(random, 50)}.${below(random, 1_000_000)}Z"`,
      `"20231114T2213${10 + below(random, 50)}Z"`,
      ...['"19690101T000000Z"', '"5"', '"1700000000"', '"soon"', '"2023-02-30T00:00:00Z"', '"2023"'],
    ]),
  time: (random: Random) => {
    const ms = startMs + below(random, 60_000);
    const [us, ns] = [below(random, 1_000), below(random, 1_000)].map((part) =>
      String(part).padStart(3, '0'),
    );
    return pick(random, [
      `${ms}`,
      `${ms / 1_000}`,
      `${ms}${us}`,
      `${ms}${us}${ns}`,
      `${ms}${us}000`,
      `${ms}000000`,
    ]);
  },
  group: (random: Random) =>
    `{"${pick(random, keys)}":${draws.plain(random)},"b":${pick(random, ['null', '1', '"x"'])}}`,
  list: (random: Random) =>
    pick(random, ['[]', '[1,2]', '["a"]', '[{"a":null}]', '[{"flow":1}]', '[{"a":1},{"a":2}]']),
};
type Kind = keyof typeof draws;
const kinds = Object.keys(draws) as Kind[];

function kindFor(random: Random, key: string): Kind {
  if (below(random, 4) === 0) return pick(random, kinds);
  if (/time|ts|seen|updated/.test(key)) return pick(random, ['time', 'time', 'date']);
  if (/mode|valve|status|quality|name|tag|id/i.test(key)) return 'text';
  return pick(random, ['plain', 'plain', 'plain', 'full']);
}

function field(random: Random, from: readonly string[] = keys): Field {
  const key = pick(random, from);
  return { key, kind: kindFor(random, key) };
}

function newShape(random: Random): Shape {
  const fields = [{ key: pick(random, measured), kind: 'plain' as Kind }];
  for (let more = below(random, 5); more > 0; more--) {
    const added = field(random);
    const isTwice = fields.some(({ key }) => key === added.key);
    if (!isTwice || below(random, 20) === 0) fields.splice(below(random, fields.length + 1), 0, added);
  }
  const gap = pick(random, ['', '', '', ' ', '\n\t']);
  return { fields, gap, isNested: below(random, 6) === 0, end: pick(random, ['', '', '', ' ', '\0']) };
}

function changed(random: Random, shape: Shape): Shape {
  const fields = shape.fields.map((each) => ({ ...each }));
  switch (below(random, 7)) {
    case 0:
      fields.splice(below(random, fields.length + 1), 0, field(random));
      break;
    case 1:
      if (fields.length > 1) fields.splice(below(random, fields.length), 1);
      break;
    case 2:
      fields.reverse();
      break;
    case 3:
      pick(random, fields).kind = pick(random, kinds);
      break;
    case 4:
      pick(random, fields).key = pick(random, keys);
      break;
    case 5:
      return { ...shape, gap: pick(random, ['', ' ', '\n\t']) };
    default:
      return { ...shape, isNested: !shape.isNested };
  }
  return { ...shape, fields };
}

function textOf(random: Random, { fields, gap, isNested, end }: Shape): string {
  const parts = fields.map(({ key, kind }) => {
    const drawn = below(random, 100) === 0 ? pick(random, kinds) : kind;
    return `"${key}"${gap}:${gap}${draws[drawn](random)}`;
  });
  const own = `{${parts.join(`,${gap}`)}}`;
  return `${isNested ? `{"seq":${below(random, 1_000)},"values":${own}}` : own}${end}`;
}

/** Draws messages of some devices, in the order in which they arrive. @param sites of the devices */
export function deviceMessages(random: Random, sites: readonly string[], count: number) {
  const shapes = Array.from({ length: 1 + below(random, 3) }, () => newShape(random));
  const devices = Array.from({ length: 2 + below(random, 6) }, () => {
    const machine = `${pick(random, sites)}/m${below(random, 4)}`;
    const topic = below(random, 3) === 0 ? `${machine}/${pick(random, ['flow', 'mode', 'valve'])}` : machine;
    return { topic, shape: pick(random, shapes) };
  });
  return Array.from({ length: count }, () => {
    const device = pick(random, devices);
    if (below(random, 30) === 0) device.shape = changed(random, device.shape);
    if (below(random, 60) === 0) device.shape = pick(random, devices).shape;
    const payload = Buffer.from(textOf(random, device.shape));
    if (below(random, 100) === 0) payload[below(random, payload.length)] = below(random, 256);
    return { topic: device.topic, payload };
  });
}
