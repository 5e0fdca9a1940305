import { parseDeviceTime } from '../../../../gateway/decode/device-time.ts';
import type { Random } from '../../../../shared/runtime/random.ts';
import { below, mutate, pick } from '../../mutate.ts';
import type { Target } from '../../target.ts';

/** A moment, and how a device writes it: with how many digits of a second, and with which zone. */
interface Written {
  ms: number;
  ns: number;
  form: keyof typeof forms;
}

const digits = (value: number, count: number) => String(value).padStart(count, '0');
const nsOf = ({ ms, ns }: Written) => `${ms}${digits(ns, 6)}`;
const isoOf = ({ ms, ns }: Written, mark = '.') =>
  `${new Date(ms).toISOString().slice(0, 19)}${mark}${digits(ms % 1_000, 3)}${digits(ns, 6)}`;
/** The same moment on the wall of a zone. */
const inZone = (written: Written, minutes: number) =>
  isoOf({ ...written, ms: written.ms + minutes * 60_000 });

const forms = {
  ms: ({ ms }: Written) => ms,
  msText: ({ ms }: Written) => String(ms),
  seconds: ({ ms }: Written) => `${Math.floor(ms / 1_000)}.${digits(ms % 1_000, 3)}`,
  us: ({ ms, ns }: Written) => Number(`${ms}${digits(Math.floor(ns / 1_000), 3)}`),
  ns: nsOf,
  iso: (written: Written) => `${isoOf(written)}Z`,
  comma: (written: Written) => `${isoOf(written, ',')}Z`,
  blank: (written: Written) => `${isoOf(written).replace('T', ' ')}Z`,
  basic: (written: Written) => `${isoOf(written).replace(/[-:]/g, '')}Z`,
  east: (written: Written) => `${inZone(written, 330)}+05:30`,
  west: (written: Written) => `${inZone(written, -210)}-0330`,
  hours: (written: Written) => `${inZone(written, 120)}+02`,
} as const;
const names = Object.keys(forms) as (keyof typeof forms)[];

/** Whole ms, or whole µs, are all that these forms have. */
const nsIn: Partial<Record<keyof typeof forms, number>> = { ms: 0, msText: 0, seconds: 0, us: 1_000 };

/** Times that clocks show which were never set, count on from a date of their maker's, or are set to the end of time. */
const clocksMs = [172_800_000, 631_152_000_000, 946_684_800_000, 1_700_000_000_000, 2_147_483_647_000];
const odd = [
  '-5',
  '1e400',
  '""',
  '"soon"',
  '"2023-02-30T00:00:00Z"',
  '"2016-12-31T23:59:60Z"',
  '"2016-12-30T23:59:60Z"',
];
const odder = [
  '"2023-01-01T24:00:00Z"',
  '"2023-01-01T24:00:01Z"',
  '"2023-01-01T00:00:00+99"',
  'null',
  '[1]',
  '{"ms":1}',
];

function draw(random: Random): Buffer {
  if (below(random, 8) === 0) return Buffer.from(pick(random, [...odd, ...odder]));
  const ms = pick(random, clocksMs) + below(random, 100_000_000);
  const written: Written = { ms, ns: below(random, 1_000_000), form: pick(random, names) };
  if (below(random, 2) === 0) return Buffer.from(JSON.stringify(written));
  return mutate(random, Buffer.from(JSON.stringify(forms[written.form](written))));
}

/** The times that devices write: each form of one moment is that moment, and whatever else they write is a moment or none. */
export async function timesTarget(): Promise<Target> {
  return {
    kind: 'times',
    draw: (random) => [draw(random)],
    async take([piece = Buffer.alloc(0)]) {
      const value = jsonOf(piece);
      if (isWritten(value)) return same(value);
      const read = parseDeviceTime(value);
      if (!read) return;
      const { ms, ns } = read;
      if (!Number.isInteger(ms) || !Number.isInteger(ns) || ns < 0 || ns >= 1e6)
        throw new Error(`${piece} is ${ms} ms and ${ns} ns`);
    },
    close: async () => {},
  };
}

function same(written: Written): void {
  const text = forms[written.form](written);
  const read = parseDeviceTime(text);
  const step = nsIn[written.form] ?? 1;
  const ns = step === 0 ? 0 : Math.floor(written.ns / step) * step;
  // A double of µs is exact until the year 2255.
  if (read?.ms === written.ms && read.ns === ns) return;
  throw new Error(`${text} is read as ${JSON.stringify(read)}, and is ${written.ms} ms and ${ns} ns`);
}

function jsonOf(piece: Buffer): unknown {
  try {
    return JSON.parse(piece.toString());
  } catch {
    return piece.toString();
  }
}

function isWritten(value: unknown): value is Written {
  const { ms, ns, form } = (value ?? {}) as Partial<Written>;
  return Number.isSafeInteger(ms) && ms! >= 1e11 && Number.isInteger(ns) && Object.hasOwn(forms, form ?? '');
}
