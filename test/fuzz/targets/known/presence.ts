import { availabilityOf } from '../../../../gateway/decode/availability/availability.ts';
import type { Random } from '../../../../shared/runtime/random.ts';
import { below, mutate, pick } from '../../mutate.ts';
import type { Target } from '../../target.ts';

/** Meaning of a device, and the form in which it says it: a word, a word in quotes, or a key of an object. */
interface Said {
  isOnline: boolean;
  word: number;
  form: number;
  beside: number;
}

const words = {
  true: ['online', 'Online', 'ONLINE', 'connected', 'ready', 'alive'],
  false: ['offline', 'Offline', 'OFFLINE', 'disconnected', 'lost', 'dead'],
} as const;
const keys = ['state', 'status', 'availability', 'connection', 'online', 'connected'];
const besides = [
  '',
  ',"since":1700000000',
  ',"rssi":-71',
  ',"ip":"10.0.0.7"',
  ',"will":{"state":"online"}',
  ',"list":["offline"]',
];
const flags = ['online', 'connected'];

function payloadOf({ isOnline, word, form, beside }: Said): string {
  const own = words[`${isOnline}`];
  const text = own[word % own.length]!;
  if (form === 0) return text;
  if (form === 1) return `"${text}"`;
  if (form === 2) return ` ${text}\n`;
  if (form === 3) return `{"${flags[word % flags.length]}":${isOnline}${besides[beside % besides.length]}}`;
  return `{"${keys[form % keys.length]}":"${text}"${besides[beside % besides.length]}}`;
}

/** Devices, and wills of devices, that say whether they are there: what they mean is read, and what says neither is neither. */
export async function presenceTarget(): Promise<Target> {
  return {
    kind: 'presence',
    draw: (random) => [drawn(random)],
    async take([piece = Buffer.alloc(0)]) {
      const said = saidIn(piece);
      const payload = said ? Buffer.from(payloadOf(said)) : piece;
      const read = availabilityOf(payload);
      if (said && read !== said.isOnline) throw new Error(`${payload} is read as ${read}`);
      if (read !== null && typeof read !== 'boolean') throw new Error(`${payload} is read as ${read}`);
      // A payload that says neither word says nothing.
      if (read !== null && !/[a-z]/i.test(payload.toString()))
        throw new Error(`${payload} is read as ${read}`);
    },
    close: async () => {},
  };
}

function drawn(random: Random): Buffer {
  const said: Said = {
    isOnline: below(random, 2) === 0,
    word: below(random, 12),
    form: below(random, 12),
    beside: below(random, 6),
  };
  if (below(random, 2) === 0) return Buffer.from(JSON.stringify(said));
  return mutate(random, Buffer.from(payloadOf(said)), [
    Buffer.from(pick(random, ['{"online":true}', '0', '{"state":"offline","state":"online"}'])),
  ]);
}

function saidIn(piece: Buffer): Said | null {
  try {
    const value = JSON.parse(piece.toString()) as Partial<Said> | null;
    const isOne =
      typeof value?.isOnline === 'boolean' && [value.word, value.form, value.beside].every(Number.isInteger);
    return isOne ? (value as Said) : null;
  } catch {
    return null;
  }
}
