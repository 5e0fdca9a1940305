import { decodeRecord } from '../../shared/files/json/json-record.ts';
import type { Records } from '../ports/records.ts';
import { type LetterKey, parseLetterKey } from './letter-record.ts';
import { sourceOf } from './letter-source.ts';

/** The keys of all letters. Letters of earlier versions are read for what their keys lack. */
export async function letterKeys(records: Records): Promise<Iterable<LetterKey>> {
  const keys = new Map<number, LetterKey>();
  for (const text of records.keys()) {
    const key = parseLetterKey(text);
    if (key) keys.set(key.id, key);
  }
  if (![...keys.values()].some(({ isOld }) => isOld)) return keys.values();
  for await (const [text, value] of records.entries()) {
    const key = keys.get(parseLetterKey(text)?.id ?? 0);
    const letter = key?.isOld ? decodeRecord(value)?.head : null;
    if (!key || typeof letter?.topic !== 'string' || typeof letter.client !== 'string') continue;
    key.source = sourceOf({ client: letter.client, topic: letter.topic });
    if (typeof letter.atMs === 'number') key.keptMs = letter.atMs;
  }
  return keys.values();
}
