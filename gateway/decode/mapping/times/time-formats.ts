import { fromDigits, type Moment, parseDeviceTime, precedesLeapSecond } from '../../device-time.ts';
import { LocalTimes } from './local-times.ts';

/** Reads a time; undefined if it is not one. @param afterMs the time of the reading before */
export type TimeReader = (value: unknown, afterMs?: number) => Moment | undefined;

const perSecond = { s: 1, ms: 1e3, us: 1e6, ns: 1e9 } as const;
const epochForm = /^(\d{1,19})(?:\.(\d{1,9})\d*)?$/;
/** A longer text is not read as a time. */
const lengthMax = 64;
const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** Parts of a pattern, as regular expressions. */
const parts: Readonly<Record<string, string>> = {
  Y: '(?<Y>\\d{4})',
  y: '(?<y>\\d{2})',
  m: '(?<m>\\d{1,2})',
  b: '(?<b>[A-Za-z]{3})[a-z]*',
  d: '(?<d>\\d{1,2})',
  H: '(?<H>\\d{1,2})',
  I: '(?<I>\\d{1,2})',
  p: '(?<p>[AaPp])\\.?[Mm]\\.?',
  M: '(?<M>\\d{2})',
  S: '(?<S>\\d{2})',
  f: '(?<f>\\d{1,9})',
  z: '(?<z>Z|[+-]\\d{2}:?\\d{2})',
  '%': '%',
};

/**
 * Returns what reads the times of a device. @param format see TimeMapping @param zone for times without one; the
 * gateway's own if absent @throws RangeError with what is wrong, as a sentence without a subject
 */
export function timeReader(format: string | undefined, zone: string | undefined): TimeReader {
  const local = zone === undefined ? null : localTimes(zone);
  if (format === undefined || format === 'iso') return (value, afterMs) => isoTime(value, local, afterMs);
  if (Object.hasOwn(perSecond, format)) return epochReader(perSecond[format as keyof typeof perSecond]);
  if (!format.includes('%'))
    throw new RangeError(`has the format '${format}', which is not s, ms, us, ns, iso or a pattern with %`);
  return patternReader(format, local);
}

function localTimes(zone: string): LocalTimes {
  try {
    return new LocalTimes(zone);
  } catch {
    throw new RangeError(
      `has the time zone '${zone}', which does not exist: name one such as Europe/Berlin, or UTC`,
    );
  }
}

const zoneless = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?$/;

function isoTime(value: unknown, local: LocalTimes | null, afterMs?: number): Moment | undefined {
  const found =
    local && typeof value === 'string' && value.length <= lengthMax ? zoneless.exec(value.trim()) : null;
  if (!found) return parseDeviceTime(typeof value === 'string' ? value.trim() : value);
  const [, date, minutes = '00:00', seconds = '00', fraction = ''] = found;
  return local ? localTime(`${date}T${minutes}:${seconds}`, fraction, local, afterMs) : undefined;
}

/** Reads a time of day in a zone. Where a leap second is, follows from the time in UTC. */
function localTime(text: string, fraction: string, local: LocalTimes, afterMs?: number): Moment | undefined {
  const isLeapSecond = text.endsWith(':60');
  const read = parseDeviceTime(`${isLeapSecond ? `${text.slice(0, -2)}59` : text}Z`);
  if (!read) return undefined;
  const ms = local.toUtc(read.ms, afterMs);
  if (!isLeapSecond) return withFraction(ms, fraction);
  return precedesLeapSecond(ms) ? withFraction(ms + 1_000, fraction) : undefined;
}

function withFraction(ms: number, fraction: string): Moment {
  const digits = fraction.padEnd(9, '0');
  return { ms: ms + Number(digits.slice(0, 3)), ns: Number(digits.slice(3, 9)) };
}

function epochReader(scale: number): TimeReader {
  const digitsAfter = Math.round(Math.log10(scale));
  return (value) => {
    const text = typeof value === 'number' ? String(value) : value;
    const found = typeof text === 'string' ? epochForm.exec(text.trim()) : null;
    if (!found) return undefined;
    // Written out in ns, so that no digit is lost.
    const fraction = (found[2] ?? '').padEnd(9, '0').slice(0, 9 - digitsAfter);
    const digits = `${found[1]}${fraction}`.replace(/^0+(?=\d)/, '');
    return digits.length > 19 ? undefined : (fromDigits(digits.padStart(18, '0')) ?? undefined);
  };
}

function patternReader(format: string, local: LocalTimes | null): TimeReader {
  const seen = new Set<string>();
  const source = format.replace(/%(.)|[.*+?^${}()|[\]\\]/g, (text, letter: string | undefined) => {
    if (letter === undefined) return `\\${text}`;
    const part = parts[letter];
    if (part === undefined)
      throw new RangeError(`has %${letter}, which is not one of %${Object.keys(parts).join(' %')}`);
    if (letter !== '%' && seen.has(letter)) throw new RangeError(`has %${letter} twice`);
    seen.add(letter);
    return part;
  });
  for (const need of ['Y y', 'm b', 'd', 'H I'])
    if (!need.split(' ').some((letter) => seen.has(letter)))
      throw new RangeError(`has no %${need.replace(' ', ' or %')}: it names year, month, day and hour`);
  const form = new RegExp(`^${source}$`);
  return (value, afterMs) => {
    const groups =
      typeof value === 'string' && value.length <= lengthMax ? form.exec(value.trim())?.groups : undefined;
    return groups && fromParts(groups, local, afterMs);
  };
}

function fromParts(groups: Record<string, string | undefined>, local: LocalTimes | null, afterMs?: number) {
  const two = (text: string | number | undefined) => String(text ?? 0).padStart(2, '0');
  const year = groups.Y ?? `20${groups.y}`;
  const month = groups.m ?? months.indexOf((groups.b ?? '').toLowerCase()) + 1;
  const isAfternoon = groups.p?.toLowerCase() === 'p';
  const hour = groups.I === undefined ? groups.H : (Number(groups.I) % 12) + (isAfternoon ? 12 : 0);
  const text = `${year}-${two(month)}-${two(groups.d)}T${two(hour)}:${two(groups.M)}:${two(groups.S)}`;
  const fraction = groups.f ?? '';
  if (groups.z === undefined && local) return localTime(text, fraction, local, afterMs);
  const read = parseDeviceTime(`${text}${groups.z ?? ''}`);
  return read && withFraction(read.ms, fraction);
}
