/** States in JSON that is read by layout: texts and booleans of sensors, and texts that may become a sensor's. */
import { openStateWords, stateTextMax } from '../../../shared/domain/states.ts';
import type { MachineSchema } from '../machines/machine-schema.ts';
import type { Row } from '../row.ts';
import { type StateValue, stateValue } from '../states/state-values.ts';

const quote = 0x22;
const lastDigit = 0x39;
const blank = 0x20;
const lowerCase = 0x20;
const wordLengthMax = Math.max(...openStateWords.map(({ length }) => length));

function mixed(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193);
}

const hashFrom = 0x811c9dc5;
/** Hashes of the words by which an open type recognises a state: so that no string is made of other texts. */
const wordHashes = new Set(
  openStateWords.map((word) =>
    [...word].reduce((hash, letter) => mixed(hash, letter.charCodeAt(0)), hashFrom),
  ),
);

/**
 * True if a text is a word by which an open type recognises a state, or has its hash. Messages with another text under a
 * name that says it is a state have no layout.
 */
export function mayBeState(payload: Buffer, from: number): boolean {
  let hash = hashFrom;
  let at = from;
  for (
    const end = Math.min(payload.length, from + wordLengthMax + 1);
    at < end && payload[at] !== quote;
    at++
  )
    hash = mixed(hash, payload[at]! | lowerCase);
  return at > from && payload[at] === quote && wordHashes.has(hash);
}

/**
 * Reads the state of a sensor into `row`: `true` or `false` (`isFlag`), or a text up to its quote. Returns its end; -1 if it
 * is none. @param latest by column: the state that was read last
 */
export function readState(
  isFlag: boolean,
  column: number,
  payload: Buffer,
  from: number,
  schema: MachineSchema,
  row: Row,
  latest: (StateValue | undefined)[],
): number {
  const before = latest[column];
  if (before !== undefined && isSent(before.sent, payload, from, isFlag)) {
    row.values[column] = before.code;
    row.states.push(before);
    return from + before.sent.length;
  }
  const end = isFlag ? endOfFlag(payload, from) : endOfText(payload, from);
  if (end < 0) return -1;
  const text = payload.toString('latin1', from, end);
  const state = stateValue(schema, column, isFlag ? text === 'true' : text);
  if (state === null) return -1;
  latest[column] = state;
  row.values[column] = state.code;
  row.states.push(state);
  return end;
}

function isSent(sent: Uint8Array, payload: Buffer, from: number, isFlag: boolean): boolean {
  const end = from + sent.length;
  if (end >= payload.length || (!isFlag && payload[end] !== quote)) return false;
  for (let i = 0; i < sent.length; i++) if (payload[from + i] !== sent[i]) return false;
  return true;
}

function endOfFlag(payload: Buffer, from: number): number {
  const length = payload[from] === 0x74 ? 4 : 5;
  const text = payload.toString('latin1', from, from + length);
  return text === 'true' || text === 'false' ? from + length : -1;
}

/** -1 for what is not plain: another letter than those of ASCII, an escape, or what may be a number. */
function endOfText(payload: Buffer, from: number): number {
  if (payload[from]! <= lastDigit || payload[from] === blank) return -1;
  let at = from;
  for (const end = Math.min(payload.length, from + stateTextMax + 1); at < end; at++) {
    const byte = payload[at]!;
    if (byte === quote) return at;
    if (byte < blank || byte === 0x5c || byte > 0x7e) return -1;
  }
  return -1;
}
