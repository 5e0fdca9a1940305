import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { codeOf, HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';

export type StoreOperation = { type: 'put'; key: string; value: Buffer } | { type: 'del'; key: string };

/** A small ordered key-value store on disk. Writes are applied in the order in which they were asked for. */
export class Store {
  private readonly db: ClassicLevel<string, Buffer>;
  private waiting: Group = newGroup();
  private writing: Promise<void> = Promise.resolve();
  private scheduled = false;

  constructor(db: ClassicLevel<string, Buffer>) {
    this.db = db;
  }

  /**
   * Resolves when the operations are written; with `sync`, when they would survive a power cut (otherwise: the end of
   * this process). Operations that come while a write runs go together in the next one.
   */
  write(operations: StoreOperation[], sync = false): Promise<void> {
    if (operations.length === 0) return Promise.resolve();
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
      await this.db.batch(group.operations, { valueEncoding: 'buffer', sync: group.sync });
      group.resolve();
    } catch (error) {
      group.reject(
        new HarbingerError('BROKER_STORE_FAILED', 'broker', `the broker's store: ${messageOf(error)}`, {
          retry: true,
          cause: error,
        }),
      );
    }
  }

  async close(): Promise<void> {
    await this.writing;
    await this.db.close();
  }
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
  promise.catch(() => undefined); // whoever cares has the same promise
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
 * Opens (or makes) the store in `folder` and reads all of it: it is small, its writers bound it. One that cannot be
 * read is moved aside, named in the log, and an empty one takes its place.
 * @throws HarbingerError BROKER_STORE_LOCKED (another process has it), BROKER_STORE_FAILED (the folder is unusable)
 */
export async function openStore(folder: string, nowMs: number, log: Log): Promise<OpenedStore> {
  try {
    return await readAll(folder);
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
  const db = new ClassicLevel<string, Buffer>(folder, { valueEncoding: 'buffer' });
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

/** A record is a JSON object and, after it, bytes as they are. */
export function encodeRecord(head: object, body: Buffer = Buffer.alloc(0)): Buffer {
  const json = Buffer.from(JSON.stringify(head));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(json.length);
  return Buffer.concat([size, json, body]);
}

export interface DecodedRecord {
  head: Record<string, unknown>;
  body: Buffer;
}

/** Null where the bytes are no record. The caller checks the object's fields. */
export function decodeRecord(bytes: Buffer): DecodedRecord | null {
  try {
    const size = bytes.readUInt32LE(0);
    if (size > bytes.length - 4) return null;
    const head: unknown = JSON.parse(bytes.toString('utf8', 4, 4 + size));
    if (typeof head !== 'object' || head === null) return null;
    return { head: head as Record<string, unknown>, body: bytes.subarray(4 + size) };
  } catch {
    return null;
  }
}
