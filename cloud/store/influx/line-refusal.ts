/** Reads InfluxDB's answer when it refuses lines; versions 1, 2 and 3 each have a format of their own. */
import type { HttpError } from '@influxdata/influxdb-client';
import { parseLine } from '../../../shared/contract/line-protocol.ts';

export interface LineRefusal {
  message: string;
  /** Whether the message is known to be about lines rather than the request as a whole. */
  aboutLines: boolean;
  /** Indexes of the lines that the server names as bad, with its reason. They are certainly bad. */
  named: Map<number, string>;
  /** Indexes of the lines that may be bad according to the message; empty if it does not help. */
  suspects: Set<number>;
  /** The field of the suspects whose type is not the one that the store has; null if that is not the problem. */
  field: string | null;
  /** Number of lines that it did not store, if the message says so. */
  dropped: number | null;
}

const lineWords =
  /partial write|unable to parse|field type conflict|beyond retention|line protocol|time outside|invalid (tag|field|number|bool)|missing (field|tag|measurement)|point without|max key size|max-(values|series)|limit exceeded|cannot parse|error parsing/i;

/** The reasons that InfluxDB 2 gives with 500, as if it were at fault itself. */
const lineWordsOf500 = /partial write: (points beyond retention|field type conflict)|unable to parse '/i;

/**
 * An error of the server's operating system, at the end of the message: no line and no name can put it there. InfluxDB 1 answers a
 * series that it cannot create on a full disk with 400 and `partial write: …: no space left on device dropped=1`.
 */
const systemError =
  /: (no space left on device|disk quota exceeded|read-only file system|input\/output error|too many open files|cannot allocate memory|file too large|permission denied|structure needs cleaning|bad file descriptor)( dropped=\d+)?\s*$/i;

/** Whether the server says that it cannot store at present, whatever its status code. */
export function isServerTrouble(error: HttpError): boolean {
  return isJson(error) && systemError.test(textOf(error));
}

/** Whether the answer is certain to be about what was sent, not about the server's state. */
export function isContentRefusal(error: HttpError): boolean {
  if (isServerTrouble(error)) return false;
  if ([400, 413, 422].includes(error.statusCode)) return true;
  return error.statusCode === 500 && isJson(error) && lineWordsOf500.test(textOf(error));
}

/** An HTML page comes from a proxy. */
function isJson({ json }: HttpError): boolean {
  return typeof json === 'object' && json !== null;
}

export function readLineRefusal(error: HttpError, lines: readonly Buffer[]): LineRefusal {
  const message = textOf(error);
  const dropped = /dropped=(\d+)\s*$/.exec(message);
  const named = namedByNumber(error.json, lines.length) ?? namedByText(message, lines);
  return {
    message: message.slice(0, 1_000),
    aboutLines: isJson(error) && lineWords.test(message),
    named,
    ...(named.size > 0 ? { suspects: new Set(), field: null } : conflicting(message, lines)),
    dropped: dropped ? Number(dropped[1]) : null,
  };
}

/** InfluxDB 3: `{ data: [{ line_number, error_message }] }`, numbered from 1. */
function namedByNumber(json: unknown, count: number): Map<number, string> | null {
  if (typeof json !== 'object' || json === null || !('data' in json) || !Array.isArray(json.data))
    return null;
  const named = new Map<number, string>();
  for (const entry of json.data as unknown[]) {
    if (typeof entry !== 'object' || entry === null || !('line_number' in entry)) continue;
    const index = Number(entry.line_number) - 1;
    const reason = 'error_message' in entry ? String(entry.error_message) : 'refused';
    if (Number.isInteger(index) && index >= 0 && index < count) named.set(index, reason);
  }
  return named;
}

/** InfluxDB 1 and 2: `unable to parse 'LINE': REASON`, one a line. */
function namedByText(message: string, lines: readonly Buffer[]): Map<number, string> {
  const reasons = new Map<string, string>();
  for (const part of message.replace(/ dropped=\d+\s*$/, '').split('\n')) {
    const match = /unable to parse '(.*)': (.*)$/.exec(part);
    if (match) reasons.set(match[1]!, match[2]!);
  }
  const named = new Map<number, string>();
  if (reasons.size === 0) return named;
  lines.forEach((line, index) => {
    const reason = reasons.get(line.toString());
    if (reason !== undefined) named.set(index, reason);
  });
  return named;
}

/** InfluxDB 1 and 2 name only the first conflict: returns the lines that have that field with that type. */
function conflicting(message: string, lines: readonly Buffer[]): Pick<LineRefusal, 'suspects' | 'field'> {
  const match = /input field "(.*)" on measurement "(.*)" is type (\w+), already exists/.exec(message);
  const suspects = new Set<number>();
  if (!match) return { suspects, field: null };
  const [, field = '', measurement, type] = match;
  lines.forEach((line, index) => {
    const text = line.toString();
    if (!text.includes(field)) return;
    try {
      const parsed = parseLine(text);
      const value = parsed.measurement === measurement ? parsed.fields[field] : undefined;
      if (value !== undefined && (typeof value === 'number') === (type === 'float' || type === 'integer')) {
        suspects.add(index);
      }
    } catch {
      suspects.add(index);
    }
  });
  return { suspects, field };
}

/** InfluxDB 3: the field of a named line whose type is not the one that the store has; null for any other reason. */
export function conflictingField(reason: string): string | null {
  return /invalid column type for column '(.+?)', expected/.exec(reason)?.[1] ?? null;
}

/** The message in an error answer of any version. */
export function textOf(error: HttpError): string {
  const json: unknown = error.json;
  if (typeof json === 'object' && json !== null) {
    if ('error' in json && typeof json.error === 'string') return json.error;
    if ('message' in json && typeof json.message === 'string') return json.message;
  }
  return error.body ?? error.message;
}
