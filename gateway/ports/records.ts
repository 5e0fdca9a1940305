/** Sets a record, or deletes it where `value` is null. Key and value together have at most 24 MiB. */
export interface RecordChange {
  key: string;
  value: Buffer | null;
}

/** A small database: records found by key, on disk; of each only the position is in memory. */
export interface Records {
  /** Those that are written, in no particular order. */
  keys(): Iterable<string>;
  /** Every record with its value, in no particular order. Nothing may be written meanwhile. @throws system errors */
  entries(): AsyncIterable<[key: string, value: Buffer]>;
  /** Null where there is no such record. @throws system errors; Error where the record is damaged */
  get(key: string): Promise<Buffer | null>;
  /**
   * Applies changes in the order in which they were asked for. Resolves when they are written: they survive the end of
   * this process, and with `sync` a power cut. Rejects with the system's error; then none of them count, and the next
   * ones may be tried at once.
   */
  write(changes: readonly RecordChange[], sync: boolean): Promise<void>;
  /** Writes what was asked for before, and lets the folder go. What comes later is rejected. */
  stop(): Promise<void>;
}

/** Opens the records in a folder for this process alone; makes them where there are none. */
export type OpenRecords = (dir: string) => Promise<Records>;
