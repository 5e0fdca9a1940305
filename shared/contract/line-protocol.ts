/**
 * InfluxDB line protocol as Harbinger writes and reads it: `measurement,tag=value,… field=value,… timestampNs`.
 * Tags are bounded identity, always in the order gateway, machine, site (sorted, as the store likes them); every field
 * is a float except some in `estimate` and `event` lines, and the texts of states. Identifiers are plain (see topics.ts), so tags need no escaping.
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

/** No field may have these names: InfluxDB confuses it with the tag in queries of everybody, and drops a field `time`. */
export const identityNames: ReadonlySet<string> = new Set(['time', 'gateway', 'machine', 'site']);

/**
 * A state's number is the field of its name, as for every sensor; its text is the field with this at the end. So no field
 * ever changes its type, whatever devices send. The fields of readings with this at the end are never numbers.
 */
export const textFieldSuffix = '_text';

/** The measurement by which the cloud finds out whether an InfluxDB takes points; nothing else may have the name. */
export const probeMeasurement = 'harbinger_probe';

/** The fields of an `estimate` line whose values are texts; all others are floats, as in readings. */
export const estimateTexts = ['source', 'type', 'unit', 'model', 'detector'] as const;
/** In a line that says whether a machine rests, `detector` is this and by what that was learnt: `rest: speed below 30`. */
export const restDetector = 'rest: ';

/** Control characters. A newline ends a line even inside a string, and stores misread others. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are meant
const controls = /[\u0000-\u001f]/g;

/** Quotes and escapes the value of a string field; blanks take the place of control characters. */
export function stringField(text: string): string {
  return `"${text.replace(controls, ' ').replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
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

const backslash = 92;
const quote = 34;
const comma = 44;
const space = 32;
const equalsSign = 61;

/** Returns the index of the next `stop` (comma, space or `=`) outside escapes (and outside quotes), or the end. */
function scan(text: string, from: number, stops: string, quoted: boolean): number {
  let inQuotes = false;
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === backslash) i++;
    else if (quoted && code === quote) inQuotes = !inQuotes;
    else if (
      !inQuotes &&
      (code === comma || code === space || code === equalsSign) &&
      stops.includes(text[i]!)
    )
      return i;
  }
  return text.length;
}

const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const int64Below = 2n ** 63n;

function integer(text: string, min: bigint, max: bigint): number {
  const value = BigInt(text.slice(0, -1));
  if (value < min || value > max) throw malformed(`field value '${text}', which 64 bits do not hold`);
  return Number(value);
}

function fieldValue(text: string): number | string | boolean {
  const first = text[0];
  if (first === '"') return text.slice(1, -1).replace(/\\(["\\])/g, '$1');
  if (/^-?\d{1,19}i$/.test(text)) return integer(text, -int64Below, int64Below - 1n);
  if (/^\d{1,20}u$/.test(text)) return integer(text, 0n, 2n * int64Below - 1n);
  if (/^(t|T|true|True|TRUE)$/.test(text)) return true;
  if (/^(f|F|false|False|FALSE)$/.test(text)) return false;
  // Number() would also take blanks and the numbers of programs: 0x10, 0b11, 0o17.
  const value = decimal.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw malformed(`field value '${text.slice(0, 40)}'`);
  return value;
}

function malformed(what: string): HarbingerError {
  return new HarbingerError('LINE_MALFORMED', 'contract', `line protocol: bad ${what}`);
}

/** Which of two values under one name is meant is not known. */
function put<V>(entries: Record<string, V>, key: string, value: V): void {
  if (key === '') throw malformed('name: it is empty');
  const name = unescaped(key);
  if (Object.hasOwn(entries, name)) throw malformed(`name '${name.slice(0, 40)}', which comes twice`);
  entries[name] = value;
}

function putOrNote(fields: Line['fields'], name: string, text: string, bad: BadField[]): void {
  let value: number | string | boolean;
  try {
    value = fieldValue(text);
  } catch (error) {
    if (!(error instanceof HarbingerError)) throw error;
    bad.push({ field: unescaped(name), text: text.slice(0, 64), error });
    return;
  }
  put(fields, name, value);
}

function tooManyEntries(): HarbingerError {
  const message = `line protocol: more than ${entriesMax} tags and fields in a line`;
  return new HarbingerError('LINE_MALFORMED', 'contract', message);
}

/** Limit of tags and fields in a line. A machine has at most 512 sensors. */
export const entriesMax = 2_048;

/** The latest time, and with a minus the earliest: DuckDB and InfluxDB use values beyond it for special purposes. */
export const timeNsMax = 9_223_372_036_854_775_805n;

/** InfluxDB takes several blanks between the parts of a line as one. */
function lastBlank(text: string, at: number): number {
  let last = at;
  while (text.charCodeAt(last) === space && text.charCodeAt(last + 1) === space) last++;
  return last;
}

/** A field whose value is none. */
export interface BadField {
  field: string;
  text: string;
  error: HarbingerError;
}

/**
 * Parses one line. @param bad takes the fields whose value is none, while there are others; absent: such a line is refused
 * @throws HarbingerError LINE_MALFORMED
 */
export function parseLine(text: string, bad?: BadField[]): Line {
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
    put(tags, text.slice(at + 1, equals), unescaped(text.slice(equals + 1, end)));
    at = end;
  }
  const fields: Record<string, number | string | boolean> = {};
  at = lastBlank(text, at);
  do {
    if (++entries > entriesMax) throw tooManyEntries();
    const equals = scan(text, at + 1, '=, ', false);
    if (text[equals] !== '=') throw malformed('field');
    const end = scan(text, equals + 1, ', ', true);
    const name = text.slice(at + 1, equals);
    const value = text.slice(equals + 1, end);
    if (bad) putOrNote(fields, name, value, bad);
    else put(fields, name, fieldValue(value));
    at = end;
  } while (text[at] === ',');
  if (bad?.[0] && Object.keys(fields).length === 0) throw bad[0].error;
  const stamp = text.slice(lastBlank(text, at) + 1);
  if (!/^-?\d{1,19}$/.test(stamp)) throw malformed(`timestamp '${stamp.slice(0, 40)}'`);
  return { measurement, tags, fields, timestampNs: BigInt(stamp) };
}

/**
 * Divides a line into one with that field alone and one with the other fields, which is null if there are none. Returns
 * null if the line does not have the field.
 */
export function splitField(text: string, field: string): { alone: string; rest: string | null } | null {
  const fieldsAt = scan(text, 0, ' ', false) + 1;
  const alone: string[] = [];
  const rest: string[] = [];
  let end = fieldsAt - 1;
  do {
    const start = end + 1;
    const equals = scan(text, start, '=, ', false);
    end = scan(text, equals + 1, ', ', true);
    const isIt = unescaped(text.slice(start, equals)) === field;
    (isIt ? alone : rest).push(text.slice(start, end));
  } while (text[end] === ',');
  if (alone.length === 0) return null;
  const lineOf = (fields: string[]) => text.slice(0, fieldsAt) + fields.join(',') + text.slice(end);
  return { alone: lineOf(alone), rest: rest.length === 0 ? null : lineOf(rest) };
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
