/**
 * InfluxDB line protocol as Harbinger writes and reads it: `measurement,tag=value,… field=value,… timestampNs`.
 * Tags are bounded identity, always in the order gateway, machine, site (sorted, as the store likes them); every field
 * is a float except in `event` lines. Identifiers are plain (see topics.ts), so tags need no escaping.
 */
import { HarbingerError } from '../runtime/errors.ts';

/**
 * Returns `measurement,gateway=…,machine=…,site=… ` with its trailing space, which is encoded once per series and
 * reused for every line.
 */
export function seriesPrefix(measurement: string, gateway: string, machine: string, site: string): string {
  return `${measurement},gateway=${gateway},machine=${machine},site=${site} `;
}

/** Formats nanoseconds since 1970, from whole ms and the ns within that ms (0 … 999,999). */
export function timestampText(ms: number, nsInMs: number): string {
  return nsInMs === 0 ? `${ms}000000` : `${ms}${String(1_000_000 + nsInMs).slice(1)}`;
}

/** Quotes and escapes the value of a string field. */
export function stringField(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

export interface Line {
  measurement: string;
  tags: Record<string, string>;
  fields: Record<string, number | string | boolean>;
  /** Ns since 1970. */
  timestampNs: bigint;
}

function unescaped(text: string): string {
  return text.includes('\\') ? text.replace(/\\([,= ])/g, '$1') : text;
}

/** Returns the index of the next `stop` outside escapes (and outside quotes), or the end. */
function scan(text: string, from: number, stops: string, quoted: boolean): number {
  let inQuotes = false;
  for (let i = from; i < text.length; i++) {
    const character = text[i]!;
    if (character === '\\') i++;
    else if (quoted && character === '"') inQuotes = !inQuotes;
    else if (!inQuotes && stops.includes(character)) return i;
  }
  return text.length;
}

function fieldValue(text: string): number | string | boolean {
  const first = text[0];
  if (first === '"') return text.slice(1, -1).replace(/\\(["\\])/g, '$1');
  if (/^-?\d+[iu]$/.test(text)) return Number(text.slice(0, -1));
  if (/^(t|T|true|True|TRUE)$/.test(text)) return true;
  if (/^(f|F|false|False|FALSE)$/.test(text)) return false;
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) throw malformed(`field value '${text.slice(0, 40)}'`);
  return value;
}

function malformed(what: string): HarbingerError {
  return new HarbingerError('LINE_MALFORMED', 'contract', `line protocol: bad ${what}`);
}

function tooManyEntries(): HarbingerError {
  const message = `line protocol: more than ${entriesMax} tags and fields in a line`;
  return new HarbingerError('LINE_MALFORMED', 'contract', message);
}

/** Limit of tags and fields in a line. A machine has at most 512 sensors. */
const entriesMax = 2_048;

/** Parses one line. @throws HarbingerError LINE_MALFORMED */
export function parseLine(text: string): Line {
  let at = scan(text, 0, ', ', false);
  const measurement = unescaped(text.slice(0, at));
  if (measurement === '') throw malformed('measurement');
  const tags: Record<string, string> = {};
  let entries = 0;
  while (text[at] === ',') {
    if (++entries > entriesMax) throw tooManyEntries();
    const equals = scan(text, at + 1, '=, ', false);
    if (text[equals] !== '=') throw malformed('tag');
    const end = scan(text, equals + 1, ', ', false);
    tags[unescaped(text.slice(at + 1, equals))] = unescaped(text.slice(equals + 1, end));
    at = end;
  }
  const fields: Record<string, number | string | boolean> = {};
  do {
    if (++entries > entriesMax) throw tooManyEntries();
    const equals = scan(text, at + 1, '=, ', false);
    if (text[equals] !== '=') throw malformed('field');
    const end = scan(text, equals + 1, ', ', true);
    fields[unescaped(text.slice(at + 1, equals))] = fieldValue(text.slice(equals + 1, end));
    at = end;
  } while (text[at] === ',');
  const stamp = text.slice(at + 1);
  if (!/^-?\d{1,19}$/.test(stamp)) throw malformed(`timestamp '${stamp.slice(0, 40)}'`);
  return { measurement, tags, fields, timestampNs: BigInt(stamp) };
}

/** Yields the non-empty lines of a text, in order. */
export function* linesOf(text: string): Generator<string> {
  let start = 0;
  while (start < text.length) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    if (end > start) yield text.slice(start, end);
    start = end + 1;
  }
}
