import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { ClassicLevel } from 'classic-level';
import { codeOf, HarbingerError, messageOf } from '../../../../shared/runtime/errors.ts';
import type { Log } from '../../../../shared/runtime/log.ts';

export type StoreOperation = { type: 'put'; key: string; value: Buffer } | { type: 'del'; key: string };

type Records = Iterable<[key: string, value: Buffer]>;

/**
 * A small ordered key-value store on disk. Writes are applied in the order in which they are requested.
 *
 * After a failed write LevelDB cannot be trusted. The end of its log is torn, so that it loses all later records when it
 * is opened again, even those that it reported as synced (a full disk is enough to cause this); or it refuses all further
 * writes. Therefore the next write opens it again, and first writes all that its user has in memory.
 */
export class Store {
  /** Set by the user of the store: all records that should be on disk. */
  contents: (() => Records) | null = null;
  private db: ClassicLevel<string, Buffer>;
  private isDoubtful = false;
  private isClosed = false;
  private waiting: Group = newGroup();
  private writing: Promise<void> = Promise.resolve();
  private scheduled = false;

  constructor(db: ClassicLevel<string, Buffer>) {
    this.db = db;
  }

  /**
   * Resolves when the operations are written, so that they survive the end of the process; with `sync`, when they also
   * survive a power failure. Operations that are requested during a write are combined in the next one.
   */
  write(operations: StoreOperation[], sync = false): Promise<void> {
    return operations.length === 0 ? Promise.resolve() : this.enqueue(operations, sync);
  }

  /** Brings the disk up to date if the last write failed. @throws HarbingerError BROKER_STORE_FAILED */
  heal(): Promise<void> {
    return this.isDoubtful ? this.enqueue([], true) : Promise.resolve();
  }

  private enqueue(operations: StoreOperation[], sync: boolean): Promise<void> {
    const group = this.waiting;
    group.operations.push(...operations);
    group.sync ||= sync;
    if (!this.scheduled) {
      this.scheduled = true;
      this.writing = this.writing.then(() => this.writeNext());
    }
    return group.done;
  }

  private async writeNext(): Promise<void> {
    const group = this.waiting;
    this.waiting = newGroup();
    this.scheduled = false;
    try {
      if (this.isClosed) throw new Error('it is closed');
      if (this.isDoubtful) await this.renew();
      await this.db.batch(group.operations, { valueEncoding: 'buffer', sync: group.sync });
      group.resolve();
    } catch (error) {
      this.isDoubtful = true;
      group.reject(
        new HarbingerError('BROKER_STORE_FAILED', 'broker', `the broker's store: ${messageOf(error)}`, {
          retry: true,
          cause: error,
        }),
      );
    }
  }

  /** Closes the store. Later writes fail. */
  async close(): Promise<void> {
    await this.writing;
    this.isClosed = true;
    await this.db.close();
  }

  private async renew(): Promise<void> {
    await this.db.close();
    this.db = databaseAt(this.db.location);
    await this.db.open();
    if (this.contents) {
      const wanted = new Map(this.contents());
      const operations: StoreOperation[] = [];
      for await (const [key, value] of this.db.iterator()) {
        if (!wanted.has(key)) operations.push({ type: 'del', key });
        else if (wanted.get(key)!.equals(value)) wanted.delete(key);
      }
      for (const [key, value] of wanted) operations.push({ type: 'put', key, value });
      await this.db.batch(operations, { valueEncoding: 'buffer', sync: true });
    }
    this.isDoubtful = false;
  }
}

function databaseAt(folder: string): ClassicLevel<string, Buffer> {
  return new ClassicLevel(folder, { valueEncoding: 'buffer' });
}

interface Group {
  operations: StoreOperation[];
  sync: boolean;
  done: Promise<void>;
  resolve(): void;
  reject(error: Error): void;
}

function newGroup(): Group {
  const { promise, resolve, reject } = promiseWithResolvers();
  promise.catch(() => undefined); // those who requested the write handle its rejection
  return { operations: [], sync: false, done: promise, resolve, reject };
}

function promiseWithResolvers() {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

export interface OpenedStore {
  store: Store;
  records: [key: string, value: Buffer][];
}

/**
 * Opens or creates the store in `folder` and reads all of it, which is little, because its writers are bounded. A store
 * that cannot be read is moved aside and replaced by an empty one; one that can be read in part is used. Both are logged.
 * @throws HarbingerError BROKER_STORE_LOCKED (another process uses it), BROKER_STORE_FAILED (the folder is unusable)
 */
export async function openStore(folder: string, nowMs: number, log: Log): Promise<OpenedStore> {
  try {
    const opened = await readAll(folder);
    const bytes = droppedBytes(folder);
    if (bytes > 0)
      log.error({ bytes }, 'part of the retained messages and sessions could not be read and is lost');
    return opened;
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (codeOf(cause) === 'LEVEL_LOCKED') {
      throw new HarbingerError(
        'BROKER_STORE_LOCKED',
        'broker',
        `${folder} is in use by another gateway; stop that one or give this one its own --data folder`,
      );
    }
    const reason = messageOf(cause ?? error);
    try {
      const aside = `${folder}.damaged-${nowMs}`;
      if (existsSync(folder)) renameSync(folder, aside);
      const opened = await readAll(folder);
      log.error(
        { aside, reason },
        'retained messages and sessions could not be read; they were moved aside and the broker starts with none',
      );
      return opened;
    } catch (again) {
      throw new HarbingerError('BROKER_STORE_FAILED', 'broker', `cannot use ${folder}: ${reason}`, {
        cause: again,
      });
    }
  }
}

async function readAll(folder: string): Promise<OpenedStore> {
  mkdirSync(dirname(folder), { recursive: true });
  const db = databaseAt(folder);
  await db.open();
  try {
    const records: [string, Buffer][] = [];
    for await (const record of db.iterator()) records.push(record);
    return { store: new Store(db), records };
  } catch (error) {
    await db.close();
    throw error;
  }
}

/**
 * The number of bytes of its log that LevelDB dropped as damaged when it was opened. It reports them only in its own log
 * file, which it starts anew at each opening.
 */
function droppedBytes(folder: string): number {
  const path = join(folder, 'LOG');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return [...text.matchAll(/: dropping (\d+) bytes; /g)].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
}

/** Added to a record's first number if the record ends with a checksum, since LevelDB does not verify its own. */
const checked = 2 ** 31;

/** Encodes a JSON object and a body of bytes: the length of the JSON, the JSON, the body, and a CRC-32 of all of these. */
export function encodeRecord(head: object, body: Buffer = Buffer.alloc(0)): Buffer {
  const json = Buffer.from(JSON.stringify(head));
  const record = Buffer.alloc(4 + json.length + body.length + 4);
  record.writeUInt32LE(checked + json.length);
  json.copy(record, 4);
  body.copy(record, 4 + json.length);
  record.writeUInt32LE(crc32(record.subarray(0, -4)), record.length - 4);
  return record;
}

export interface DecodedRecord {
  head: Record<string, unknown>;
  body: Buffer;
}

/** Null if the bytes are not a valid record. The caller checks the fields of the object. */
export function decodeRecord(bytes: Buffer): DecodedRecord | null {
  try {
    const first = bytes.readUInt32LE(0);
    const end = first >= checked ? bytes.length - 4 : bytes.length;
    if (end < bytes.length && bytes.readUInt32LE(end) !== crc32(bytes.subarray(0, end))) return null;
    const size = first % checked;
    if (size > end - 4) return null;
    const head: unknown = JSON.parse(bytes.toString('utf8', 4, 4 + size));
    if (typeof head !== 'object' || head === null) return null;
    return { head: head as Record<string, unknown>, body: bytes.subarray(4 + size, end) };
  } catch {
    return null;
  }
}
