/**
 * Dead letters (gateway/deadletters): messages that could not become readings, kept for inspection with topic,
 * payload, sender, time, stage and reason. They are bounded in number and bytes; when full, the oldest are dropped and
 * counted. This room stores and lists; it decodes nothing itself.
 */
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { DeadLetter } from '../ports/dead-letters.ts';
import type { OpenRecords, RecordChange, Records } from '../ports/records.ts';
import {
  ledgerKey,
  putLedger,
  putLetter,
  readLedger,
  readLetter,
  type StoredLetter,
  sizeOf,
  textOf,
} from './letter-record.ts';
import { LetterTable } from './letter-table.ts';
import { importLmdbLetters } from './lmdb-import.ts';

const payloadBytesMax = 64 << 10;
const clientLengthMax = 256;
const reasonLengthMax = 1_000;
const listMax = 1_000;
/** Limit of bytes of letters that wait for a commit; beyond it letters are refused at once. */
const waitingBytesMax = 32 << 20;

export interface DeadLettersOptions {
  dir: string;
  countMax: number;
  /** Bytes of payloads and texts; the files may take twice as much. */
  bytesMax: number;
  openRecords: OpenRecords;
  log: Log;
}

export interface DeadLetters {
  /**
   * Adds letters; they are durable when it resolves. Letters added together, or while others are written, share a
   * commit. Of a payload the first 64 KiB are kept, and the reason states its length. @throws HarbingerError
   * DEADLETTERS_WRITE, DEADLETTERS_BUSY (both: retry)
   */
  add(letters: readonly StoredLetter[]): Promise<void>;
  /** Returns up to 1,000 letters with ids below `beforeId`, newest first, without unreadable ones. */
  list(query: { limit: number; beforeId?: number }): Promise<DeadLetter[]>;
  show(id: number): Promise<DeadLetter | null>;
  /** Resolves with the number of letters dropped, once that is durable. @throws HarbingerError DEADLETTERS_WRITE */
  drop(which: readonly number[] | 'all'): Promise<number>;
  counts(): { count: number; bytes: number; dropped: number; byCode: Record<string, number> };
  /** Commits waiting letters, then closes. */
  stop(): Promise<void>;
}

interface Waiting {
  letters: readonly StoredLetter[];
  bytes: number;
  resolve(): void;
  reject(error: HarbingerError): void;
}

/**
 * Opens the store of dead letters. Damage is no error: the intact letters are used, and the loss is logged. @throws
 * HarbingerError DEADLETTERS_OPEN
 */
export async function openDeadLetters(options: DeadLettersOptions): Promise<DeadLetters> {
  const { dir, log } = options;
  let records: Records | null = null;
  try {
    records = await options.openRecords(dir);
    await importLmdbLetters(dir, records, log);
    const ledger = await records.get(ledgerKey).catch(() => null);
    return new StoredDeadLetters(records, new LetterTable(options, records.keys(), readLedger(ledger)), log);
  } catch (error) {
    await records?.stop();
    const advice = "check the folder's rights and the disk";
    const message = `the dead letters in ${dir} cannot be opened: ${messageOf(error)}; ${advice}`;
    throw new HarbingerError('DEADLETTERS_OPEN', 'journal', message, { retry: true, cause: error });
  }
}

class StoredDeadLetters implements DeadLetters {
  private readonly records: Records;
  private readonly table: LetterTable;
  private readonly log: Log;
  private waiting: Waiting[] = [];
  private waitingBytes = 0;
  private stopped = false;
  /** Writes run one after the other, because each depends on the result of the previous one. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(records: Records, table: LetterTable, log: Log) {
    this.records = records;
    this.table = table;
    this.log = log;
  }

  add(letters: readonly StoredLetter[]): Promise<void> {
    if (this.stopped) return Promise.reject(stoppedError());
    const bounded = letters.map(boundedLetter);
    const bytes = bounded.reduce((sum, letter) => sum + sizeOf(letter), 0);
    if (this.waitingBytes + bytes > waitingBytesMax && this.waiting.length > 0) {
      return Promise.reject(busyError(this.waitingBytes));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ letters: bounded, bytes, resolve, reject });
      this.waitingBytes += bytes;
      if (this.waiting.length === 1) void this.inTurn(() => this.commitWaiting());
    });
  }

  async list({ limit, beforeId }: { limit: number; beforeId?: number }): Promise<DeadLetter[]> {
    const ids = this.table.idsBefore(beforeId ?? Number.POSITIVE_INFINITY, Math.min(limit, listMax));
    const letters = await Promise.all(
      ids.map((id) =>
        this.show(id).catch((error) => {
          this.log.error({ id, cause: messageOf(error) }, 'a dead letter cannot be read; it is omitted');
          return null;
        }),
      ),
    );
    return letters.filter((letter) => letter !== null);
  }

  async show(id: number): Promise<DeadLetter | null> {
    const key = this.table.get(id);
    const value = key && (await this.records.get(textOf(key)));
    return value ? readLetter(id, value) : null;
  }

  drop(which: readonly number[] | 'all'): Promise<number> {
    return this.inTurn(async () => {
      const ids = which === 'all' ? this.table.ids() : new Set(which);
      const removed = [...ids].flatMap((id) => this.table.get(id) ?? []);
      await this.write(removed.map((key) => ({ key: textOf(key), value: null })));
      for (const { id } of removed) this.table.remove(id);
      return removed.length;
    });
  }

  counts() {
    return this.table.counts();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.turn;
    await this.records.stop();
  }

  private async commitWaiting(): Promise<void> {
    const group = this.waiting.splice(0);
    this.waitingBytes = 0;
    const letters = group.flatMap((one) => one.letters);
    const { added, evicted, ledger } = this.table.plan(letters);
    try {
      await this.write([
        ...added.map((key, i) => putLetter(key, letters[i]!)),
        ...evicted.map((key) => ({ key: textOf(key), value: null })),
        putLedger(ledger),
      ]);
    } catch (error) {
      const reason = error instanceof HarbingerError ? error : writeError(error);
      for (const { reject } of group) reject(reason);
      return;
    }
    this.table.apply({ added, evicted, ledger });
    for (const { resolve } of group) resolve();
  }

  private async write(changes: RecordChange[]): Promise<void> {
    await this.records.write(changes, true).catch((error) => Promise.reject(writeError(error)));
  }

  private inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = this.turn.then(action);
    this.turn = result.catch(() => undefined);
    return result;
  }
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
