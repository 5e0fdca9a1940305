import { decodeRecord, encodeRecord } from '../../shared/files/json/json-record.ts';
import type { RefusedEntry } from '../ports/refused-batches.ts';

/** An entry consists of two records: its description, which is read at the start, and its frame. */
export const headKey = (id: number) => `head/${id}`;
export const frameKey = (id: number) => `frame/${id}`;
export const ledgerKey = 'ledger';

/** State that outlives the entries. */
export interface Ledger {
  nextId: number;
  /** Number of batches set aside since the first one, and of those dropped to make room. */
  added: number;
  dropped: number;
}

export function isHeadKey(key: string): boolean {
  return key.startsWith('head/');
}

export function encodeEntry(entry: RefusedEntry): Buffer {
  return encodeRecord(entry);
}

/** Returns null if the record is not the description of an entry. */
export function readEntry(value: Buffer | null): RefusedEntry | null {
  const head = (value && decodeRecord(value)?.head) ?? {};
  const numbers = ['id', 'atMs', 'firstSeq', 'lastSeq', 'lines', 'bytes'];
  const texts = ['lane', 'code', 'reason', 'journal'];
  const isEntry =
    numbers.every((name) => typeof head[name] === 'number') &&
    texts.every((name) => typeof head[name] === 'string');
  return isEntry ? (head as unknown as RefusedEntry) : null;
}

export function encodeLedger(ledger: Ledger): Buffer {
  return encodeRecord(ledger);
}

/** Returns null if there is no such record, or it cannot be interpreted. */
export function readLedger(value: Buffer | null): Ledger | null {
  const { nextId, added, dropped } = (value && decodeRecord(value)?.head) ?? {};
  const isLedger = [nextId, added, dropped].every((each) => typeof each === 'number');
  return isLedger ? ({ nextId, added, dropped } as Ledger) : null;
}
