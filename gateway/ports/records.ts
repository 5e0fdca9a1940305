/** Limit of a record's key and value together. */
export const recordBytesMax = 24 << 20;

/** Sets a record, or deletes it if `value` is null. Key and value together have at most `recordBytesMax` bytes. */
export interface RecordChange {
  key: string;
  value: Buffer | null;
}

/** A small database on disk: records are found by key, and only their positions are in memory. */
export interface Records {
  /** Yields the keys of the written records, in no particular order. */
  keys(): Iterable<string>;
  /**
   * Yields every record with its value, in no particular order. Nothing may be written meanwhile. @throws system errors
   */
  entries(): AsyncIterable<[key: string, value: Buffer]>;
  /** Returns null if there is no such record. @throws system errors; Error if the record is damaged */
  get(key: string): Promise<Buffer | null>;
  /**
   * Applies changes in the order of the requests. Resolves when they are written: they survive the end of this process,
   * and with `sync` a power cut. Rejects with the system's error; then none of them is applied, and the next ones may
   * be tried at once.
   */
  write(changes: readonly RecordChange[], sync: boolean): Promise<void>;
  /** Completes earlier requests, and releases the folder. Later requests are rejected. */
  stop(): Promise<void>;
}

/** Opens the records in a folder for this process alone; creates them if they are missing. */
export type OpenRecords = (dir: string) => Promise<Records>;
