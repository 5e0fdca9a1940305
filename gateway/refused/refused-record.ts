import { decodeRecord, encodeRecord } from '../../shared/files/json-record.ts';
import type { RefusedEntry } from '../ports/refused.ts';

/** An entry is two records: what is known of it, which is read at start, and its frame. */
export const headKey = (id: number) => `head/${id}`;
export const frameKey = (id: number) => `frame/${id}`;
export const ledgerKey = 'ledger';

/** What survives the entries themselves. */
export interface Ledger {
  nextId: number;
  /** Set aside, and of these evicted to make room, since the first one. */
  added: number;
  dropped: number;
}

export function isHeadKey(key: string): boolean {
  return key.startsWith('head/');
}

export function encodeEntry(entry: RefusedEntry): Buffer {
  return encodeRecord(entry);
}

/** Null where it is no entry. */
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

/** Null where there is none, or it cannot be understood. */
export function readLedger(value: Buffer | null): Ledger | null {
  const { nextId, added, dropped } = (value && decodeRecord(value)?.head) ?? {};
  const isLedger = [nextId, added, dropped].every((each) => typeof each === 'number');
  return isLedger ? ({ nextId, added, dropped } as Ledger) : null;
}
