/** Reads JSON texts as messages: one document, or one object per line. */
import { HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import type { Decoded, DecodeTarget } from '../../ports/decode.ts';
import { fromDigits, type Moment } from '../device-time.ts';
import { keyTwiceIn } from '../json-keys.ts';
import { messageLimits } from './message-limits.ts';
import { readingsOf } from './readings.ts';
import { roundedInJson, withRounded } from './rounded.ts';

/** @throws HarbingerError DECODE_JSON, DECODE_NAME_TWICE, and the errors of `readingsOf` */
export function readJson(payload: Buffer, target: DecodeTarget): Decoded[] {
  const { text, parsed } = parseJson(payload);
  return withRounded(readingsOf(parsed, target, exactMoments(text)), roundedInJson(text));
}

/** @throws HarbingerError DECODE_JSON, DECODE_NAME_TWICE */
export function parseJson(payload: Buffer): { text: string; parsed: unknown } {
  const text = textOf(payload);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    parsed = parseLines(text) ?? parseWithNonFinite(text);
    if (!parsed)
      throw new HarbingerError('DECODE_JSON', 'decode', `payload is not JSON: ${whyNotJson(payload, error)}`);
  }
  const twice = keyTwiceIn(text, parsed);
  if (twice !== null) {
    const problem = `the key '${twice.slice(0, 64)}' comes twice in one object: send it once, or in two messages`;
    throw new HarbingerError('DECODE_NAME_TWICE', 'decode', problem);
  }
  return { text, parsed };
}

/**
 * Decodes a payload as text, without what does not belong to it: the byte order mark that some programs put before it, and the
 * NUL bytes that programs in C send after it. The same for every format of text.
 */
export function textOf(payload: Buffer): string {
  let end = payload.length;
  while (end > 0 && payload[end - 1] === 0) end--;
  return payload.toString('utf8', hasMark(payload) ? 3 : 0, end);
}

function hasMark(payload: Buffer): boolean {
  return payload[0] === 0xef && payload[1] === 0xbb && payload[2] === 0xbf;
}

/** True if a payload begins as a JSON object does, behind blanks and a byte order mark. */
export const isJsonObject = (payload: Buffer): boolean => firstOf(payload) === brace;

/** The same for an object or a list. */
export function isJsonGroup(payload: Buffer): boolean {
  const first = firstOf(payload);
  return first === brace || first === bracket;
}

function firstOf(payload: Buffer): number | undefined {
  let at = hasMark(payload) ? 3 : 0;
  while (blanks.includes(payload[at]!)) at++;
  return payload[at];
}
const blanks = [0x20, 0x0a, 0x0d, 0x09];
const [brace, bracket] = [0x7b, 0x5b];

/** Parses one object per line, as some programs combine them; null if the text is not of that form. */
function parseLines(text: string): unknown[] | null {
  const lines = text.trim().split(/\r?\n/, messageLimits.readings + 1);
  if (lines.length < 2 || !text.trimStart().startsWith('{')) return null;
  try {
    return lines.map((line) => JSON.parse(line));
  } catch {
    return null;
  }
}

/** Texts, of which the last one may have no end, and what some languages write for a number that is not finite. */
const nonFinite = /"(?:[^"\\]|\\.)*(?:"|$)|([:[,]\s*)(-?)(?:NaN|nan|Infinity|inf)(?=\s*[,}\]])/gs;

/**
 * Parses JSON in which numbers that are not finite stand as `NaN` or `Infinity`, as Python writes them: these become infinite, and
 * are refused alone. Null if the rest is not JSON either.
 */
function parseWithNonFinite(text: string): unknown {
  const readable = text.replace(nonFinite, (found, before?: string, sign?: string) =>
    before === undefined ? found : `${before}${sign}1e999`,
  );
  if (readable === text) return null;
  try {
    return JSON.parse(readable);
  } catch {
    return parseLines(readable);
  }
}

/** A key and its number of so many digits that a double may not hold all of them. */
const longNumber = /"([^"\\]{1,64})"\s*:\s*(\d{17,19})(?=[\s,}])/g;

/**
 * Returns the times of a message: a count of ns is larger than a double holds exactly, so its digits are read from the text.
 * A message may have several under one key, in its groups, so they are found by key and value.
 */
export function exactMoments(text: string): (key: string, value: unknown) => Moment | undefined {
  let known: Map<string, string> | null = null;
  return (key, value) => {
    if (typeof value !== 'number' || value <= Number.MAX_SAFE_INTEGER) return undefined;
    known ??= longNumbersIn(text);
    const digits = known.get(`${key} ${value}`);
    return digits === undefined ? undefined : fromDigits(digits);
  };
}

function longNumbersIn(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, key, digits] of text.matchAll(longNumber)) {
    const place = `${key} ${Number(digits)}`;
    if (!found.has(place)) found.set(place, digits!);
  }
  return found;
}

/** Describes why a payload is not JSON, for the person who must correct its sender. */
function whyNotJson(payload: Buffer, error: unknown): string {
  if (payload.length === 0) return 'it is empty';
  const [first, second] = payload;
  if (first === 0x1f && second === 0x8b) return 'it is compressed (gzip); send it as it is';
  const isWide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (isWide || first === 0 || second === 0) return 'it is UTF-16, or binary; send it as UTF-8';
  if (/[:[,]\s*-?(NaN|nan|Infinity|inf)\b/.test(payload.toString('latin1'))) {
    return `NaN and Infinity are not; send null for a missing value (${messageOf(error)})`;
  }
  return messageOf(error);
}
