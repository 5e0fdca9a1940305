/**
 * JSON in files (shared/files/json): here state files with a checksum; json-record.ts puts JSON and bytes together. What is
 * in them belongs to the rooms that keep it.
 *
 * State that a process keeps in a JSON file, replaced as a whole:
 *
 *     {"format": "harbinger-levels", "version": 1, …, "check": 1}
 *
 * `check` is the CRC-32 of the part that the format says, as JSON. A damaged file is set aside, so that nothing overwrites
 * it; a newer one, and one that cannot be read, stay where they are. What follows from that is the caller's business.
 */
import { crc32 } from 'node:zlib';
import { codeOf, messageOf } from '../../runtime/errors.ts';
import { readRegularText } from '../read-regular.ts';
import { setAside } from '../set-aside.ts';

type Field<T> = keyof T & string;

export interface CheckedFormat<T> {
  /** The name in the file, such as `harbinger-levels`. */
  format: string;
  version: number;
  /** A larger file is not read. Default: 64 MiB. */
  bytesMax?: number;
  /** @throws what `problem` makes of a sentence that says what is wrong */
  validate(value: unknown, problem: (text: string) => Error): T;
  /** The field that the checksum covers, or the list of fields, which it then covers as a list. */
  covered: Field<T> | readonly Field<T>[];
}

export type CheckedContent<T> =
  | { found: 'no' }
  | { found: 'yes'; content: T }
  /** It is of a later version, or cannot be read or set aside: it must not be replaced. */
  | { found: 'newer'; version: number }
  | { found: 'unreadable'; problem: string }
  /** It was renamed to `aside`. */
  | { found: 'damaged'; aside: string; problem: string };

const bytesMaxDefault = 64 << 20;

export function readChecked<T>(path: string, format: CheckedFormat<T>): CheckedContent<T> {
  let text: string;
  try {
    text = readRegularText(path, format.bytesMax ?? bytesMaxDefault);
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? { found: 'no' } : { found: 'unreadable', problem: messageOf(error) };
  }
  try {
    return parsed(text, format);
  } catch (error) {
    return damaged(path, messageOf(error));
  }
}

function parsed<T>(
  text: string,
  { format, version, validate, covered }: CheckedFormat<T>,
): CheckedContent<T> {
  const file: unknown = JSON.parse(text);
  if (typeof file !== 'object' || file === null) throw new Error('it is not a JSON object');
  const head = file as { format?: unknown; version?: unknown; check?: unknown };
  if (head.format === format && typeof head.version === 'number' && head.version > version)
    return { found: 'newer', version: head.version };
  // Before validation, which fills in defaults that are not in the file.
  const sum = sumOf(covered, (field) => JSON.stringify((file as T)[field]));
  const content = validate(file, (problem) => new Error(problem));
  // Some formats had no checksum in earlier versions; where it is needed, their schema says so.
  if (head.check !== undefined && head.check !== sum) throw new Error('its checksum is wrong');
  return { found: 'yes', content };
}

function damaged<T>(path: string, problem: string): CheckedContent<T> {
  try {
    return { found: 'damaged', aside: setAside(path, `${path}.damaged`), problem };
  } catch (error) {
    return {
      found: 'unreadable',
      problem: `it is damaged (${problem}), and cannot be set aside: ${messageOf(error)}`,
    };
  }
}

/** Why a file must stay as it is, as a sentence that begins with a small letter. */
export function problemOf(
  file: CheckedContent<unknown> & { found: 'newer' | 'unreadable' },
  { version }: Pick<CheckedFormat<never>, 'version'>,
): string {
  if (file.found === 'unreadable') return file.problem;
  return `it has format ${file.version}, and this version of Harbinger knows ${version}`;
}

/** The text of such a file. */
export function checkedText<T extends object>(
  { format, version, covered }: Pick<CheckedFormat<T>, 'format' | 'version' | 'covered'>,
  content: T,
): string {
  // Each field becomes JSON once, because a file is saved with each alert and may be long.
  const texts = new Map(Object.entries(content).map(([field, value]) => [field, JSON.stringify(value)]));
  const check = sumOf<T>(covered, (field) => texts.get(field));
  const head = [
    ['format', JSON.stringify(format)],
    ['version', `${version}`],
  ] as const;
  const fields = [...head, ...texts, ['check', `${check}`] as const].flatMap(([field, text]) =>
    text === undefined ? [] : [`${JSON.stringify(field)}:${text}`],
  );
  return `{${fields.join(',')}}\n`;
}

function sumOf<T>(
  covered: CheckedFormat<T>['covered'],
  textOf: (field: Field<T>) => string | undefined,
): number {
  if (typeof covered === 'string') return crc32(textOf(covered) ?? '');
  return crc32(`[${covered.map((field) => textOf(field) ?? 'null').join(',')}]`);
}

/** So many characters at least are in one piece of a file with a list. */
const pieceLength = 64 << 10;

/**
 * A file with one list, of which the checksum covers all, in pieces: such a file may be larger than what else the process
 * keeps, so it is never whole in memory. @param items JSON texts, each much shorter than a piece
 */
export function* checkedListPieces(
  { format, version }: Pick<CheckedFormat<never>, 'format' | 'version'>,
  list: string,
  items: Iterable<string>,
): Generator<string> {
  let before = `{"format":${JSON.stringify(format)},"version":${version},${JSON.stringify(list)}:`;
  let piece = '[';
  let check = 0;
  let separator = '';
  for (const item of items) {
    piece += separator + item;
    separator = ',';
    if (piece.length < pieceLength) continue;
    check = crc32(piece, check);
    yield before + piece;
    before = piece = '';
  }
  piece += ']';
  yield `${before}${piece},"check":${crc32(piece, check)}}\n`;
}
