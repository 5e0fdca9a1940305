import { decodeRecord, encodeRecord } from '../../shared/files/json-record.ts';
import type { DeadLetter } from '../ports/dead-letters.ts';
import type { RecordChange } from '../ports/records.ts';

/** A letter as stored: without its id, which is in the key. */
export type StoredLetter = Omit<DeadLetter, 'id'>;

/** What is known of a letter without reading it: the key of its record says all of it. */
export interface LetterKey {
  id: number;
  code: string;
  /** Of payload and texts, for the bound. */
  bytes: number;
}

const letterOverheadBytes = 64;

export function sizeOf({ payload, topic, client, reason, code }: StoredLetter): number {
  return letterOverheadBytes + payload.length + topic.length + client.length + reason.length + code.length;
}

export function textOf({ id, code, bytes }: LetterKey): string {
  return `letter/${id}/${bytes}/${code}`;
}

/** Null where it is the key of something else. */
export function parseLetterKey(text: string): LetterKey | null {
  const [, id, bytes, code] = /^letter\/(\d+)\/(\d+)\/(.*)$/s.exec(text) ?? [];
  return code === undefined ? null : { id: Number(id), bytes: Number(bytes), code };
}

export function putLetter(key: LetterKey, { payload, ...head }: StoredLetter): RecordChange {
  return { key: textOf(key), value: encodeRecord(head, payload) };
}

/** @throws Error where it is no letter */
export function readLetter(id: number, value: Buffer): DeadLetter {
  const record = decodeRecord(value);
  const head = record?.head as Omit<StoredLetter, 'payload'> | undefined;
  if (!record || typeof head?.topic !== 'string') throw new Error(`letter ${id} is damaged`);
  return { id, ...head, payload: Buffer.from(record.body) };
}

/** What survives the letters themselves. */
export interface Ledger {
  nextId: number;
  /** Evicted to make room, since the first one. */
  dropped: number;
}

export const ledgerKey = 'ledger';

export function putLedger(ledger: Ledger): RecordChange {
  return { key: ledgerKey, value: encodeRecord(ledger) };
}

/** Null where there is none, or it cannot be understood. */
export function readLedger(value: Buffer | null): Ledger | null {
  const { nextId, dropped } = (value && decodeRecord(value)?.head) ?? {};
  return typeof nextId === 'number' && typeof dropped === 'number' ? { nextId, dropped } : null;
}
