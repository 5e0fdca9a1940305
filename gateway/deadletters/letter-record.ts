import { decodeRecord, encodeRecord } from '../../shared/files/json/json-record.ts';
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
  /** The sender, see letter-source.ts. */
  source: string;
  /** Ms since 1970 from which its age counts: when it was kept. */
  keptMs: number;
  /** See DeadLetter.machine. */
  machine?: string;
  /** The record's key is that of an earlier version, which had neither source nor time. */
  isOld: boolean;
}

const letterOverheadBytes = 64;

export function sizeOf({ payload, topic, client, reason, code }: StoredLetter): number {
  return letterOverheadBytes + payload.length + topic.length + client.length + reason.length + code.length;
}

export function textOf({ id, code, bytes, source, keptMs, machine, isOld }: LetterKey): string {
  const of = machine === undefined ? '' : `@${machine}`;
  return `letter/${id}/${bytes}/${isOld ? '' : `${keptMs}/${source}/`}${code}${of}`;
}

/**
 * Returns null if it is the key of another kind of record. An old one has no source, and is never too old, until its
 * letter was read.
 */
export function parseLetterKey(text: string): LetterKey | null {
  const pattern = /^letter\/(\d+)\/(\d+)\/(?:(\d+)\/([0-9a-z.]+)\/)?(.*)$/s;
  const [, id, bytes, keptMs, source = '', last] = pattern.exec(text) ?? [];
  if (last === undefined) return null;
  const [code = '', machine] = last.split('@', 2);
  const about = { id: Number(id), bytes: Number(bytes), code, source, ...(machine && { machine }) };
  if (keptMs === undefined) return { ...about, keptMs: Number.POSITIVE_INFINITY, isOld: true };
  return { ...about, keptMs: Number(keptMs), isOld: false };
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

/**
 * Why letters were dropped without being asked for: there were too many, they took too much space, one alone is larger
 * than the space for all, or they were too old.
 */
export const dropReasons = ['count', 'bytes', 'size', 'age'] as const;
export type DropReason = (typeof dropReasons)[number];
export type Dropped = Record<DropReason, number>;

/** State that outlives the letters themselves. */
export interface Ledger {
  nextId: number;
  /** Letters dropped since the first one, all together and by reason; those of earlier versions have no reason. */
  dropped: number;
  droppedBy?: Partial<Dropped>;
}

export const ledgerKey = 'ledger';

export function putLedger(ledger: Ledger): RecordChange {
  return { key: ledgerKey, value: encodeRecord(ledger) };
}

/** Returns null if there is none, or it cannot be interpreted. */
export function readLedger(value: Buffer | null): Ledger | null {
  const head = (value && decodeRecord(value)?.head) ?? {};
  const { nextId, dropped } = head;
  if (typeof nextId !== 'number' || typeof dropped !== 'number') return null;
  const by = (head.droppedBy ?? {}) as Record<string, unknown>;
  const known = dropReasons.flatMap((reason) => {
    const count = by[reason];
    return typeof count === 'number' ? [[reason, count] as const] : [];
  });
  return { nextId, dropped, droppedBy: Object.fromEntries(known) };
}
