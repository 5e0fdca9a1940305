/**
 * Backups of the cloud while it runs, as a stream. What is in one is of two moments: first the database of operations is
 * copied, with its watermarks; then the store is held, which therefore has everything up to each watermark, and perhaps
 * more. What it has more is recognised if a gateway sends it again. The other way round, a watermark would confirm
 * batches that the restored store lacks.
 */
import { open, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { archiveBytes, archiveOf, type OpenedFile } from '../shared/backup/archive.ts';
import { newManifest } from '../shared/backup/backup.ts';
import { openedFile, openFolder } from '../shared/backup/open-folder.ts';
import type { Clock, Timer } from '../shared/runtime/clock.ts';
import { HarbingerError, isDiskFull, messageOf } from '../shared/runtime/errors.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { BackupSource, BackupStream, HeldFiles } from './ports/backup/backup.ts';
import type { ReadingStore } from './ports/store.ts';

/** A reader who takes nothing for so long is given up, because the store is held meanwhile. */
const stallMsMax = 60_000;
const operationsFile = 'operations/data.mdb';
const copyFolder = 'operations-backup.tmp';

export interface CloudBackupsDeps {
  dataDir: string;
  store: Pick<ReadingStore, 'holdForBackup'>;
  /** Copies the database of operations, as of one moment, into a folder. */
  copyOperations(folder: string): Promise<void>;
  clock: Clock;
  log: Log;
}

export class CloudBackups implements BackupSource {
  readonly #deps: CloudBackupsDeps;
  #isRunning = false;
  #stream: Readable | null = null;

  constructor(deps: CloudBackupsDeps) {
    this.#deps = deps;
  }

  async begin({ credentials }: { credentials: boolean }): Promise<BackupStream> {
    if (this.#isRunning)
      throw new HarbingerError(
        'BACKUP_BUSY',
        'backup',
        'a backup is being made already; wait until it is complete',
        { retry: true },
      );
    this.#isRunning = true;
    const opened: Opened = { files: [], held: null };
    let isOver = false;
    const end = async () => {
      if (isOver) return;
      isOver = true;
      await opened.held?.release().catch((error) => this.#warn(error));
      for (const file of opened.files) await file.close().catch((error) => this.#warn(error));
      this.#stream = null;
      this.#isRunning = false;
    };
    try {
      const takenAt = new Date(this.#deps.clock.nowMs()).toISOString();
      const { leftOut } = await this.#open(opened, credentials);
      const { files, held } = opened;
      const listed = files.map(({ path, bytes }) => ({ path, bytes }));
      const manifest = newManifest({ role: 'cloud', takenAt, credentials, leftOut, files: listed });
      const chunks = this.#whole(archiveOf(manifest, files), held, end);
      const stream = Readable.from(chunks, { objectMode: false, highWaterMark: 1 << 20 });
      // A reader who goes away before it has asked for anything never starts the generator.
      stream.once('close', () => void chunks.return(undefined).then(end));
      this.#stream = stream;
      return { bytes: archiveBytes(manifest, files), stream };
    } catch (error) {
      await end();
      if (error instanceof HarbingerError) throw error;
      const why = isDiskFull(error) ? `the disk of ${this.#deps.dataDir} is full` : messageOf(error);
      throw new HarbingerError('BACKUP_SOURCE', 'backup', `no backup can be made: ${why}`, {
        retry: true,
        cause: error,
      });
    }
  }

  /** Ends a backup that is being made: its reader sees that it is not complete. */
  async stop(): Promise<void> {
    this.#stream?.destroy(new Error('the cloud stops'));
  }

  async #open(opened: Opened, credentials: boolean): Promise<{ leftOut: { path: string; why: string }[] }> {
    const { dataDir, store, copyOperations } = this.#deps;
    const copy = join(dataDir, copyFolder);
    await rm(copy, { recursive: true, force: true });
    try {
      await copyOperations(copy);
      opened.files.push(await openedFile(operationsFile, await open(join(copy, 'data.mdb'), 'r')));
    } finally {
      // The open file keeps its content.
      await rm(copy, { recursive: true, force: true });
    }
    opened.held = (await store.holdForBackup?.()) ?? null;
    const without = new Set(['operations']);
    for (const { path, file } of opened.held?.files ?? []) {
      const inFolder = pathWithin(dataDir, path);
      if (inFolder !== null) without.add(inFolder);
      const name = inFolder ?? 'telemetry.duckdb';
      opened.files.push({ ...file, path: name, close: async () => {} }); // release() closes it
    }
    for (const path of opened.held?.without ?? []) without.add(pathWithin(dataDir, path) ?? path);
    const folder = await openFolder({ dir: dataDir, credentials, without });
    opened.files.push(...folder.files);
    return folder;
  }

  /** Watches the reader, and checks at the end that the store has held still; its last bytes are given only then. */
  async *#whole(
    chunks: AsyncGenerator<Buffer>,
    held: HeldFiles | null,
    end: () => Promise<void>,
  ): AsyncGenerator<Buffer> {
    const { clock } = this.#deps;
    let timer: Timer | null = null;
    let last: Buffer | null = null;
    try {
      for await (const chunk of chunks) {
        if (last) {
          timer = clock.setTimer(stallMsMax, () =>
            this.#stream?.destroy(new Error(`nothing was taken for ${stallMsMax / 1_000} s`)),
          );
          yield last;
          timer.cancel();
        }
        last = chunk;
      }
      await held?.check();
      if (last) yield last;
    } finally {
      timer?.cancel();
      await end();
    }
  }

  #warn(error: unknown): void {
    this.#deps.log.warn({ cause: messageOf(error) }, 'the end of a backup failed');
  }
}

interface Opened {
  files: OpenedFile[];
  held: HeldFiles | null;
}

/** Null if the path is elsewhere. */
function pathWithin(folder: string, path: string): string | null {
  const inside = relative(resolve(folder), resolve(path));
  return inside === '' || inside.startsWith('..') ? null : inside.replaceAll('\\', '/');
}
