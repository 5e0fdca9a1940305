/** Backups of the cloud while it runs: what a store offers for them, and what the API can ask for. */
import type { Readable } from 'node:stream';
import type { OpenedFile } from '../../../shared/backup/archive.ts';

/** The files of a store as they were at one moment, while storing goes on. */
export interface HeldFiles {
  /** Absolute paths with the opened files, whose own paths are empty. */
  files: { path: string; file: OpenedFile }[];
  /** Paths that the store has beside them, and that must not be copied. */
  without: string[];
  /** @throws HarbingerError BACKUP_SOURCE if the files have not stayed as they were */
  check(): Promise<void>;
  release(): Promise<void>;
}

export interface BackupStream {
  /** Length of the whole archive. */
  bytes: number;
  /** Ends with an error if the archive could not be completed. */
  stream: Readable;
}

export interface BackupSource {
  /** One at a time. @throws HarbingerError BACKUP_BUSY, BACKUP_SOURCE, STORE_UNAVAILABLE, OPERATIONS_UNAVAILABLE */
  begin(options: { credentials: boolean }): Promise<BackupStream>;
}
