/**
 * Holds the database file as it is for a backup, while storing goes on. After a checkpoint the file has everything; from
 * then on DuckDB writes to its log, and to blocks of the file that the checkpoint does not use, until the next
 * checkpoint. A transaction that has written something and stays open prevents that one. (Seen with DuckDB 1.5: 100
 * transactions and a CHECKPOINT later the file's first part was the same, byte for byte.) The headers of the file count
 * checkpoints; they are compared at the end, so that no backup depends on this.
 *
 * Lines that are stored meanwhile stay in DuckDB's memory until a checkpoint. So they are bounded: beyond
 * `heldBytesMax` gateways wait for the end of the backup.
 */
import { open } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { openedFile } from '../../../shared/backup/open-folder.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { HeldFiles } from '../../ports/backup/backup.ts';

/** The main header and both headers that checkpoints write alternately, each in 4 KiB. */
const headersBytes = 3 << 12;

export interface BackupHoldDeps {
  path: string;
  /** Bytes of line protocol that may be stored while the file is held. */
  heldBytesMax: number;
  /** Runs `work` with no write beside it. */
  alone<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T>;
  connect(): Promise<DuckDBConnection>;
}

export class BackupHold {
  readonly #deps: BackupHoldDeps;
  #isHeld = false;
  #bytes = 0;

  constructor(deps: BackupHoldDeps) {
    this.#deps = deps;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Returns false if so much has been stored since the file is held that no more may be stored now. */
  admits(bytes: number): boolean {
    if (!this.#isHeld) return true;
    if (this.#bytes + bytes > this.#deps.heldBytesMax) return false;
    this.#bytes += bytes;
    return true;
  }

  /** @throws HarbingerError STORE_BUSY, STORE_UNAVAILABLE (retry); system errors */
  async hold(): Promise<HeldFiles> {
    const { path, alone, connect } = this.#deps;
    let connection: DuckDBConnection | null = null;
    const letGo = async () => {
      this.#isHeld = false;
      await connection?.run('ROLLBACK').catch(() => undefined); // the database may have been closed meanwhile
      connection?.closeSync();
      connection = null;
    };
    const handle = await open(path, 'r');
    try {
      await alone(async (own) => {
        await own.run('CHECKPOINT');
        connection = await connect();
        await connection.run('BEGIN');
        await connection.run('CREATE TABLE harbinger.backup_hold(held BOOLEAN)');
        this.#isHeld = true;
        this.#bytes = 0;
      });
      const file = await openedFile('', handle);
      const headers = async () => {
        const bytes = Buffer.alloc(headersBytes);
        await file.read(bytes, 0);
        return bytes;
      };
      const before = await headers();
      return {
        files: [{ path, file }],
        without: [`${path}.wal`],
        async check() {
          if (!(await headers()).equals(before))
            throw new HarbingerError(
              'BACKUP_SOURCE',
              'backup',
              `the telemetry database ${path} was checkpointed while it was copied; make the backup again`,
              { retry: true },
            );
        },
        async release() {
          await letGo();
          await handle.close();
        },
      };
    } catch (error) {
      await letGo();
      await handle.close();
      throw error;
    }
  }
}
