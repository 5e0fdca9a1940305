import { createMapped } from '../../../../gateway/decode/formats/mapped/mapped.ts';
import type { Decoded } from '../../../../gateway/ports/decode.ts';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import type { Random } from '../../../../shared/runtime/random.ts';
import { below, pick } from '../../mutate.ts';
import type { Target } from '../../target.ts';

/** One value of a device, as messages of a ready mapping have it. */
interface Sent {
  device: string;
  tag: string;
}
interface Said {
  mapping: keyof typeof forms;
  /** Values of one message each, or all of one message. */
  isOneMessage: boolean;
  values: Sent[];
}

const devices = [
  ...[
    'Line A',
    'Line_A',
    'Line-A',
    'line a',
    'Küche',
    'Ku\u0308che',
    'Kuche',
    'Käche',
    'kitchen/lamp',
    'kitchen_lamp',
  ],
  ...['电机1', '泵1', '1', 'm³', 'm3', 'x'.repeat(70), `${'x'.repeat(70)}y`, 'a.b', 'a b', ' a b ', '-', ''],
];
const tags = ['', 'cpu0', 'cpu1', 'cpu 1', '/', '/data', 'ä', 'ö'];

/** How each mapping has a device and a tag, in messages and in their topics. */
const forms = {
  telegraf: (sent: readonly (Sent & { v: number })[]) => ({
    topic: 'telegraf/x',
    payload: {
      metrics: sent.map(({ device, tag, v }) => ({
        ...{ name: 'cpu', timestamp: 1_790_000_000, fields: { v } },
        tags: { host: device, ...(tag !== '' && { cpu: tag }) },
      })),
    },
  }),
  'opcua-pubsub': (sent: readonly (Sent & { v: number })[]) => ({
    topic: 'opcua/json/data/p/g',
    payload: {
      ...{ MessageType: 'ua-data', PublisherId: 'p' },
      Messages: sent.map(({ device, v }) => ({
        ...(device === '' ? { DataSetWriterId: v } : { DataSetWriterName: device }),
        Payload: { v },
      })),
    },
  }),
  zigbee2mqtt: ([first]: readonly (Sent & { v: number })[]) => ({
    topic: `zigbee2mqtt/${first!.device}`,
    payload: { v: first!.v },
  }),
} as const;

function draw(random: Random): Said {
  const mapping = pick(random, Object.keys(forms) as Said['mapping'][]);
  const values = Array.from({ length: 2 + below(random, 4) }, () => ({
    device: pick(random, devices),
    tag: mapping === 'telegraf' ? pick(random, tags) : '',
  }));
  return { mapping, isOneMessage: mapping !== 'zigbee2mqtt' && below(random, 2) === 0, values };
}

/**
 * Names of devices and tags that become one name of a machine or sensor: each value is stored in a series that only its device and
 * tag have, or its message is refused.
 */
export async function mappedNamesTarget(): Promise<Target> {
  return {
    kind: 'mapped-names',
    draw: (random) => [Buffer.from(JSON.stringify(draw(random)))],
    async take([piece = Buffer.alloc(0)]) {
      const said = saidIn(piece);
      if (said) check(said);
    },
    close: async () => {},
  };
}

function check({ mapping, isOneMessage, values }: Said): void {
  const decoder = createMapped({ mapping }, undefined);
  const owners = new Map<string, string>();
  const numbered = values.map((value, i) => ({ ...value, v: i + 1 }));
  const messages = isOneMessage ? [numbered] : numbered.map((value) => [value]);
  for (const message of messages) {
    const { topic, payload } = forms[mapping](message);
    for (const item of decodedOrRefused(decoder, topic, payload)) {
      if (!('values' in item) || !item.values) continue;
      for (const [sensor, value] of Object.entries(item.values)) {
        const { device, tag, v } = numbered[Number(value) - 1]!;
        // A data set without a name is the publisher's, by its number.
        const owner = device === '' ? `${mapping} ${v}` : `${device} ${tag}`.normalize('NFC');
        const series = `${item.site}/${item.machine} ${sensor}`;
        const before = owners.get(series) ?? owner;
        if (before !== owner) throw new Error(`${series} is of '${before}' and of '${owner}'`);
        owners.set(series, owner);
      }
    }
  }
}

function decodedOrRefused(
  decoder: ReturnType<typeof createMapped>,
  topic: string,
  payload: object,
): readonly Decoded[] {
  try {
    const own = decoder.ofTopic(topic, { site: 'lab', machine: '' });
    return own.decoder.decode(Buffer.from(JSON.stringify(payload)), own.target);
  } catch (error) {
    if (error instanceof HarbingerError) return [];
    throw error;
  }
}

function saidIn(piece: Buffer): Said | null {
  try {
    const said = JSON.parse(piece.toString()) as Partial<Said> | null;
    const isOne =
      said !== null &&
      Object.hasOwn(forms, String(said.mapping)) &&
      Array.isArray(said.values) &&
      said.values.every(({ device, tag }) => devices.includes(device) && tags.includes(tag));
    return isOne ? (said as Said) : null;
  } catch {
    return null;
  }
}
