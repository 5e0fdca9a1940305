import {
  type DecodedRecord,
  decodeRecord,
  encodeRecord,
} from '../../../../../shared/files/json/json-record.ts';
import type { RecordChange } from '../../../../ports/records.ts';

/** State of the imports from earlier versions, kept beside the sessions. */
export interface ImportNotes {
  /** The number added to those of queued messages while an import is under way, so that a repeat uses it too; else null. */
  seqOffset: number | null;
  /** Ids of the broker processes whose messages have been imported. */
  brokers: string[];
  /** Identity of the folder that was imported last, and that it keeps when it is renamed; empty if there was none. */
  folder: string;
}

const notesKey = 'import';

export function putImportNotes(notes: ImportNotes): RecordChange {
  return { key: notesKey, value: encodeRecord(notes) };
}

/** The notes among records, or those of a folder into which nothing was imported. */
export function findImportNotes(records: Iterable<readonly [key: string, value: Buffer]>): ImportNotes {
  let value: Buffer | undefined;
  for (const record of records) if (record[0] === notesKey) value = record[1];
  const { seqOffset, brokers, folder } = (value && decodeRecord(value)?.head) ?? {};
  return {
    seqOffset: typeof seqOffset === 'number' ? seqOffset : null,
    brokers: Array.isArray(brokers) ? brokers.filter((id) => typeof id === 'string') : [],
    folder: typeof folder === 'string' ? folder : '',
  };
}

/** Keeps the notes when all records are written anew. */
export class KeptImportNotes {
  private kept: Buffer | null = null;

  load(key: string, { head, body }: DecodedRecord): boolean {
    if (key !== notesKey) return false;
    this.kept = encodeRecord(head, body);
    return true;
  }

  *records(): Generator<[string, Buffer]> {
    if (this.kept) yield [notesKey, this.kept];
  }
}
