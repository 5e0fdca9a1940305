/**
 * Queues batches until they are stored. While one group is being written, new batches gather for the next group, which
 * shares one transaction and one sync. With `waitingMax` batches waiting, further ones are refused, to be sent again later.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { type Clock, sleep } from '../../../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../../../shared/runtime/errors.ts';
import type { Log } from '../../../../shared/runtime/log.ts';
import type { StoreBatch, StoreOutcome } from '../../../ports/store.ts';
import { onAbort } from '../../abort.ts';
import { StoreUnavailableError } from '../../errors.ts';
import { AddedCells } from '../column-budget.ts';
import {
  Database,
  type DatabaseOptions,
  isInvalidated,
  isShortOfMemory,
  openingFailed,
} from '../database.ts';
import { type WriteReport, Writer } from './writer.ts';

const waitingMax = 256;
const groupBatchesMax = 64;
const groupBytesMax = 8 << 20;
const changesWaitingMax = 8;
/** After the memory was too small, values of new names have no column for so long: they are stored as other fields. */
const noColumnsMs = 600_000;

/** A change of the tables. It never throws; it returns the error with which it failed, or null. */
type Change = (database: Database | null) => Promise<unknown>;

interface Waiting {
  batch: StoreBatch;
  settle: (outcome: StoreOutcome | Error) => void;
}

export interface WriteQueueDeps {
  clock: Clock;
  log: Log;
  onWritten(report: WriteReport): void;
}

export class WriteQueue {
  readonly #options: DatabaseOptions & { timeoutMs: number };
  readonly #deps: WriteQueueDeps;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #addedCells: AddedCells;
  #waiting: Waiting[] = [];
  readonly #changes: Change[] = [];
  #changing: DuckDBConnection | null = null;
  #working: Promise<void> | null = null;
  #writer: Writer | null = null;
  #open = false;
  database: Database | null = null;

  constructor(options: DatabaseOptions & { timeoutMs: number }, deps: WriteQueueDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#clock = deps.clock;
    this.#addedCells = new AddedCells(options.memoryMiBMax);
    this.#log = deps.log;
  }

  async start(): Promise<void> {
    try {
      await this.#connect();
    } catch (error) {
      this.#disconnect();
      throw error instanceof HarbingerError ? error : openingFailed(this.#options.path, error);
    }
    this.#open = true;
  }

  /** Finishes the group that is being written, interrupts a change, and refuses what waits. */
  async stop(): Promise<void> {
    this.#open = false;
    for (const waiting of this.#waiting.splice(0)) waiting.settle(unavailable('the store is stopping'));
    for (const change of this.#changes.splice(0)) await change(null);
    this.#changing?.interrupt();
    await Promise.race([this.#working, sleep(this.#clock, this.#options.timeoutMs)]);
    await this.database
      ?.with((connection) => connection.run('CHECKPOINT'))
      .catch((error) =>
        this.#log.warn(
          { error: messageOf(error) },
          'checkpoint failed; the write-ahead log keeps everything',
        ),
      );
    this.#disconnect();
  }

  write(batch: StoreBatch, signal: AbortSignal): Promise<StoreOutcome> {
    return new Promise((resolve, reject) => {
      if (!this.#open) return reject(unavailable('the store is not running'));
      if (signal.aborted) return reject(unavailable('the write was cancelled'));
      if (this.#waiting.length >= waitingMax)
        return reject(unavailable(`${waitingMax} batches wait already`));
      const settle = (outcome: StoreOutcome | Error) => {
        timer.cancel();
        forget();
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      };
      const waiting: Waiting = { batch, settle };
      const abandon = (why: string) => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        settle(unavailable(why));
      };
      const { timeoutMs } = this.#options;
      const timer = this.#clock.setTimer(timeoutMs, () => abandon(`not stored within ${timeoutMs} ms`));
      const forget = onAbort(signal, () => abandon('the write was cancelled'));
      this.#waiting.push(waiting);
      this.#working ??= this.#work();
    });
  }

  /**
   * Changes tables in a transaction between two groups of batches.
   * @throws HarbingerError STORE_BUSY, STORE_UNAVAILABLE (both retry), and what `work` throws
   */
  change<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    return this.alone((connection) => inTransaction(connection, work));
  }

  /** As `change`, without a transaction around it: for checkpoints. */
  alone<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.#open) return reject(unavailable('the store is not running'));
      if (this.#changes.length >= changesWaitingMax) return reject(busy());
      this.#changes.push(async (database) => {
        try {
          if (!database) throw unavailable('the database is not open');
          resolve(
            await database.with((connection) => {
              this.#changing = connection;
              return work(connection);
            }),
          );
          return null;
        } catch (error) {
          reject(error instanceof HarbingerError ? error : unavailable(messageOf(error), error));
          return error;
        } finally {
          this.#changing = null;
        }
      });
      this.#working ??= this.#work();
    });
  }

  async #work(): Promise<void> {
    // All writes of this turn of the event loop join the first group.
    await Promise.resolve();
    while (this.#waiting.length > 0 || this.#changes.length > 0) {
      const change = this.#changes.shift();
      if (change) {
        await this.#change(change);
        continue;
      }
      const group = this.#takeGroup();
      await this.#store(group);
    }
    this.#working = null;
  }

  /** Never throws: an error becomes the outcome of the change. */
  async #change(change: Change): Promise<void> {
    if (!this.database) await this.#connect().catch(() => undefined);
    // The writer has a copy of the tables, which the next write must read again.
    this.#writer?.close();
    this.#writer = null;
    const error = await change(this.database);
    if (error !== null) this.#dropWriter(error);
  }

  #takeGroup(): Waiting[] {
    let bytes = 0;
    let size = 0;
    for (const { batch } of this.#waiting.slice(0, groupBatchesMax)) {
      bytes += batch.raw.length;
      if (size > 0 && bytes > groupBytesMax) break;
      size++;
    }
    return this.#waiting.splice(0, size);
  }

  /** Never throws: an error becomes the outcome of the group's writes. */
  async #store(group: Waiting[]): Promise<void> {
    try {
      this.#writer ??= await this.#connect();
      const outcomes = await this.#writer.write(group.map(({ batch }) => batch));
      for (const [i, { settle }] of group.entries()) settle(outcomes[i]!);
    } catch (error) {
      this.#log.error({ error: messageOf(error), batches: group.length }, 'storing failed');
      this.#dropWriter(error);
      // A single batch may be the cause, and the others must not fail because of it.
      if (group.length > 1) for (const one of group) await this.#store([one]);
      else group[0]?.settle(unavailable(messageOf(error), error));
    }
  }

  async #connect(): Promise<Writer> {
    this.database ??= await Database.open(this.#options, this.#log);
    const { memoryMiBMax } = this.#options;
    const { clock, onWritten } = this.#deps;
    const addedCells = this.#addedCells;
    this.#writer = await Writer.open({ database: this.database, memoryMiBMax, addedCells, clock, onWritten });
    return this.#writer;
  }

  #dropWriter(error: unknown): void {
    this.#writer?.close();
    this.#writer = null;
    if (isShortOfMemory(error)) this.#addedCells.freeze(this.#clock.monotonicMs() + noColumnsMs);
    if (isInvalidated(error)) this.#disconnect();
  }

  #disconnect(): void {
    this.#writer?.close();
    this.#writer = null;
    this.database?.close();
    this.database = null;
  }
}

async function inTransaction<T>(
  connection: DuckDBConnection,
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  await connection.run('BEGIN');
  try {
    const result = await work(connection);
    await connection.run('COMMIT');
    return result;
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

function busy(): HarbingerError {
  const message = 'too many changes of its tables are waiting already; try again later';
  return new HarbingerError('STORE_BUSY', 'store', message, { retry: true });
}

function unavailable(why: string, cause?: unknown): HarbingerError {
  return new StoreUnavailableError(`embedded store: ${why}`, { cause });
}
