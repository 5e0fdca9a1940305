/** Runs queries on connections of their own and interrupts them at their limits of time and memory. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { type Clock, sleep, type Timer } from '../../../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../../../shared/runtime/errors.ts';
import { StoreUnavailableError } from '../../errors.ts';
import type { Database } from '../database.ts';
import { Gate } from './gate.ts';
import type { MemoryGuard } from './memory-guard.ts';

/** DuckDB loses an interrupt that comes before the query has started, so interrupts are repeated. */
const interruptAgainMs = 50;
const stopMsMax = 5_000;

export class QueryRunner {
  readonly #clock: Clock;
  readonly #gate: Gate;
  readonly #memory: MemoryGuard | null;
  readonly #running = new Map<Promise<unknown>, () => void>();
  #stopped = false;

  /** At most `insideMax` queries run at a time: each occupies one of the few threads of Node's pool. */
  constructor(
    clock: Clock,
    limits: { insideMax: number; waitingMax: number },
    memory: MemoryGuard | null = null,
  ) {
    this.#clock = clock;
    this.#memory = memory;
    this.#gate = new Gate(
      limits,
      () =>
        new HarbingerError('STORE_BUSY', 'store', 'too many queries are waiting already; try again later', {
          retry: true,
        }),
    );
  }

  /**
   * Settles within `timeoutMs`. A query that cannot be interrupted keeps its slot until it ends, so that the next one
   * cannot start. When `signal` aborts, it ends as at its limit of time. @throws HarbingerError STORE_BUSY,
   *   STORE_UNAVAILABLE, QUERY_TIMEOUT, QUERY_MEMORY, QUERY_FAILED
   */
  async run<T>(
    database: Database,
    timeoutMs: number,
    use: (c: DuckDBConnection) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    await this.#gate.enter();
    if (this.#stopped) {
      this.#gate.leave();
      throw new StoreUnavailableError('the embedded store is stopping');
    }
    const { ended, answered, interrupt } = this.#start(database, timeoutMs, use);
    this.#running.set(ended, interrupt);
    const abandon = () => interrupt();
    signal?.addEventListener('abort', abandon);
    if (signal?.aborted) abandon();
    const leave = () => {
      signal?.removeEventListener('abort', abandon);
      this.#running.delete(ended);
      this.#gate.leave();
    };
    ended.then(leave, leave);
    return answered;
  }

  /** Refuses waiting queries, interrupts running ones, and waits for their end within a limit. It cannot be restarted. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const interrupt of this.#running.values()) interrupt();
    const ends = Promise.allSettled(this.#running.keys());
    await Promise.race([ends, sleep(this.#clock, stopMsMax)]);
  }

  #start<T>(database: Database, timeoutMs: number, use: (c: DuckDBConnection) => Promise<T>) {
    let connection: DuckDBConnection | null = null;
    let timer: Timer | null = null;
    const timedOut = new HarbingerError(
      'QUERY_TIMEOUT',
      'store',
      `the query was stopped after ${timeoutMs} ms; ask for less, or in smaller parts`,
    );
    let stopped: HarbingerError | null = null;
    const query = (): Promise<T> =>
      database.with((opened) => {
        connection = opened;
        return use(opened);
      });
    const ended = (
      this.#memory ? this.#memory.watch(database, (error) => interrupt(error), query) : query()
    ).catch((error) => {
      throw stopped ?? queryFailed(error);
    });
    let giveUp: (error: Error) => void = () => undefined;
    const interrupt = (why = timedOut) => {
      stopped ??= why;
      connection?.interrupt();
      giveUp(stopped);
      timer?.cancel();
      timer = this.#clock.setTimer(interruptAgainMs, () => interrupt());
    };
    const answered = new Promise<T>((resolve, reject) => {
      giveUp = reject;
      ended.then(resolve, reject).finally(() => timer?.cancel());
    });
    timer = this.#clock.setTimer(timeoutMs, () => interrupt());
    return { ended, answered, interrupt };
  }
}

function queryFailed(error: unknown): HarbingerError {
  if (error instanceof HarbingerError) return error;
  return new HarbingerError('QUERY_FAILED', 'store', messageOf(error), { cause: error });
}
