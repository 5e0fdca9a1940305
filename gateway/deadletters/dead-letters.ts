/**
 * Messages that could not become readings, kept until somebody has looked: topic, payload, sender, time, stage and reason.
 * Bounded in letters and bytes; when full the oldest go, and are counted. The folder holds an lmdb file
 * (`letters.lmdb`), which keeps the size it once needed.
 */
import type { Clock } from '../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { DeadLetter } from '../ports/dead-letters.ts';
import { type Databases, openDatabases, type StoredLetter } from './database.ts';
import { Shelf } from './shelf.ts';

const payloadBytesMax = 64 << 10;
const clientLengthMax = 256;
const reasonLengthMax = 1_000;
const listMax = 1_000;
/** Bytes of letters that may wait for a commit; beyond them letters are refused at once. */
const waitingBytesMax = 32 << 20;

export interface DeadLettersOptions {
  dir: string;
  countMax: number;
  /** Bytes of payloads and texts; the file takes somewhat more. */
  bytesMax: number;
  clock: Clock;
  log: Log;
}

export interface DeadLetters {
  /**
   * Durable when resolved; those added in one turn of the event loop share a commit. Of a payload the first 64 KiB are
   * kept, and the reason says how long it was. @throws HarbingerError DEADLETTERS_WRITE, DEADLETTERS_BUSY (both: retry)
   */
  add(letters: readonly StoredLetter[]): Promise<void>;
  /** Newest first, at most 1,000, with ids below `beforeId`. */
  list(query: { limit: number; beforeId?: number }): DeadLetter[];
  show(id: number): DeadLetter | null;
  /** Resolves with the number of letters dropped, once that is durable. @throws HarbingerError DEADLETTERS_WRITE */
  drop(which: readonly number[] | 'all'): Promise<number>;
  counts(): { count: number; bytes: number; dropped: number; byCode: Record<string, number> };
  /** Commits what waits, then closes. */
  stop(): Promise<void>;
}

interface Waiting {
  letters: readonly StoredLetter[];
  bytes: number;
  resolve(): void;
  reject(error: HarbingerError): void;
}

/** @throws HarbingerError DEADLETTERS_OPEN; damage is no error, see openDatabases */
export async function openDeadLetters(options: DeadLettersOptions): Promise<DeadLetters> {
  const { dir, clock, log } = options;
  const fileBytesMax = (options.bytesMax + (64 << 20)) * 16;
  const reopen = async () => {
    const shelf = new Shelf(options);
    const databases = await openDatabases({ dir, fileBytesMax, clock, log }, (opened) => shelf.load(opened));
    return { shelf, databases };
  };
  return new LmdbDeadLetters(await reopen(), reopen);
}

interface Opened {
  shelf: Shelf;
  databases: Databases;
}

class LmdbDeadLetters implements DeadLetters {
  private opened: Opened;
  private readonly reopen: () => Promise<Opened>;
  private waiting: Waiting[] = [];
  private waitingBytes = 0;
  private stopped = false;
  /** After some errors lmdb takes no more writes until the file is opened again. */
  private isStuck = false;
  /** Commits one after the other. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(opened: Opened, reopen: () => Promise<Opened>) {
    this.opened = opened;
    this.reopen = reopen;
  }

  add(letters: readonly StoredLetter[]): Promise<void> {
    if (this.stopped) return Promise.reject(stoppedError());
    const bounded = letters.map(boundedLetter);
    const bytes = bounded.reduce((sum, letter) => sum + Shelf.sizeOf(letter), 0);
    if (this.waitingBytes + bytes > waitingBytesMax && this.waiting.length > 0) {
      return Promise.reject(busyError(this.waitingBytes));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ letters: bounded, bytes, resolve, reject });
      this.waitingBytes += bytes;
      if (this.waiting.length === 1) this.inTurn(() => this.commitWaiting());
    });
  }

  list(query: { limit: number; beforeId?: number }): DeadLetter[] {
    const limit = Math.min(Math.max(0, query.limit), listMax);
    const { letters } = this.opened.databases;
    const range = { reverse: true, limit, start: (query.beforeId ?? Number.MAX_SAFE_INTEGER) - 1 };
    return [...letters.getRange(range)].map(({ key, value }) => withId(key, value));
  }

  show(id: number): DeadLetter | null {
    const letter = this.opened.databases.letters.get(id);
    return letter ? withId(id, letter) : null;
  }

  drop(which: readonly number[] | 'all'): Promise<number> {
    return this.inTurn(() =>
      this.write(({ shelf, databases }) => {
        const { letters } = databases;
        const ids = which === 'all' ? [...letters.getKeys()] : [...new Set(which)];
        return shelf.remove(ids);
      }),
    );
  }

  counts() {
    return this.opened.shelf.counts();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.turn;
    await this.opened.databases.env.close();
  }

  private async commitWaiting(): Promise<void> {
    const group = this.waiting;
    this.waiting = [];
    this.waitingBytes = 0;
    try {
      await this.write(({ shelf }) => {
        for (const { letters } of group) for (const letter of letters) shelf.add(letter);
      });
    } catch (error) {
      for (const { reject } of group) reject(error as HarbingerError);
      return;
    }
    for (const { resolve } of group) resolve();
  }

  /**
   * One durable transaction. It is synchronous: its errors are certain and it leaves nothing behind when it fails,
   * which lmdb's asynchronous commits do not promise. It costs the thread one sync; letters are exceptions.
   */
  private async write<T>(change: (opened: Opened) => T): Promise<T> {
    if (this.isStuck) await this.openAgain();
    const { shelf, databases } = this.opened;
    const before = shelf.snapshot();
    try {
      return databases.env.transactionSync(() => {
        const result = change(this.opened);
        databases.ledger.putSync('ledger', shelf.ledger());
        return result;
      });
    } catch (error) {
      shelf.restore(before);
      this.isStuck = isPanic(error);
      throw writeError(error);
    }
  }

  private async openAgain(): Promise<void> {
    await this.opened.databases.env.close();
    this.opened = await this.reopen();
    this.isStuck = false;
  }

  /** At the end of this turn of the event loop, after all that came before. */
  private inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = this.turn.then(() => new Promise((next) => setImmediate(next))).then(action);
    this.turn = result.catch(() => undefined);
    return result;
  }
}

/** MDB_PANIC. */
function isPanic(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === -30_795;
}

function boundedLetter(letter: StoredLetter): StoredLetter {
  const { payload } = letter;
  const isLong = payload.length > payloadBytesMax;
  const note = isLong
    ? ` (the payload had ${payload.length} bytes; the first ${payloadBytesMax} are kept)`
    : '';
  return {
    ...letter,
    payload: Buffer.from(payload.subarray(0, payloadBytesMax)),
    client: letter.client.slice(0, clientLengthMax),
    reason: letter.reason.slice(0, reasonLengthMax) + note,
  };
}

function withId(id: number, letter: StoredLetter): DeadLetter {
  return { id, ...letter, payload: Buffer.from(letter.payload) };
}

function stoppedError(): HarbingerError {
  return new HarbingerError('DEADLETTERS_STOPPED', 'journal', 'the gateway is shutting down');
}

function busyError(bytes: number): HarbingerError {
  const message = `${bytes} bytes of dead letters already wait to be written; try again in a moment`;
  return new HarbingerError('DEADLETTERS_BUSY', 'journal', message, { retry: true });
}

function writeError(cause: unknown): HarbingerError {
  const message = `the dead letters cannot be written: ${messageOf(cause)}; check the disk`;
  return new HarbingerError('DEADLETTERS_WRITE', 'journal', message, { retry: true, cause });
}
