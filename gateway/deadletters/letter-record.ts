import { decodeRecord, encodeRecord } from '../../shared/files/json-record.ts';
import type { DeadLetter } from '../ports/dead-letters.ts';
import type { RecordChange } from '../ports/records.ts';

/** A letter as stored: without its id, which is in the key. */
export type StoredLetter = Omit<DeadLetter, 'id'>;

/** The data of a letter that are known without reading it, because the key of its record contains them. */
export interface LetterKey {
  id: number;
  code: string;
  /** Bytes of payload and texts, for the limit. */
  bytes: number;
}

const letterOverheadBytes = 64;

export function sizeOf({ payload, topic, client, reason, code }: StoredLetter): number {
  return letterOverheadBytes + payload.length + topic.length + client.length + reason.length + code.length;
}

export function textOf({ id, code, bytes }: LetterKey): string {
  return `letter/${id}/${bytes}/${code}`;
}

/** Returns null if it is the key of another kind of record. */
export function parseLetterKey(text: string): LetterKey | null {
  const [, id, bytes, code] = /^letter\/(\d+)\/(\d+)\/(.*)$/s.exec(text) ?? [];
  return code === undefined ? null : { id: Number(id), bytes: Number(bytes), code };
}

export function putLetter(key: LetterKey, { payload, ...head }: StoredLetter): RecordChange {
  return { key: textOf(key), value: encodeRecord(head, payload) };
}

/** @throws Error if the value is not a letter */
export function readLetter(id: number, value: Buffer): DeadLetter {
  const record = decodeRecord(value);
  const head = record?.head as Omit<StoredLetter, 'payload'> | undefined;
  if (!record || typeof head?.topic !== 'string') throw new Error(`letter ${id} is damaged`);
  return { id, ...head, payload: Buffer.from(record.body) };
}

/** State that outlives the letters themselves. */
export interface Ledger {
  nextId: number;
  /** Letters dropped to make room, since the first one. */
  dropped: number;
}

export const ledgerKey = 'ledger';

export function putLedger(ledger: Ledger): RecordChange {
  return { key: ledgerKey, value: encodeRecord(ledger) };
}

/** Returns null if there is none, or it cannot be interpreted. */
export function readLedger(value: Buffer | null): Ledger | null {
  const { nextId, dropped } = (value && decodeRecord(value)?.head) ?? {};
  return typeof nextId === 'number' && typeof dropped === 'number' ? { nextId, dropped } : null;
}
