import type { DuckDBConnection } from '@duckdb/node-api';
import { type Clock, sleep } from '../../../../shared/runtime/clock.ts';

export type Use<T> = (connection: DuckDBConnection) => Promise<T>;

export interface RetentionDeps {
  /** The database file. */
  path: string;
  /** Free space that the file may keep for new rows. */
  spareBytesMax: number;
  clock: Clock;
  /** Runs a query on a connection that only reads. */
  read<T>(use: Use<T>): Promise<T>;
  /** Runs a change in a transaction, with no write beside it. */
  change<T>(work: Use<T>): Promise<T>;
  /** The same without a transaction. */
  alone<T>(work: Use<T>): Promise<T>;
}

/** Storing gets at least as much time as the pieces of a pass, and at least so long after each. */
const pauseMsMin = 20;

/** A pass in pieces. After each one, batches that wait are stored. */
export class Work {
  readonly deps: RetentionDeps;
  readonly signal: AbortSignal;

  constructor(deps: RetentionDeps, signal: AbortSignal) {
    this.deps = deps;
    this.signal = signal;
  }

  /** Whether nothing more may be begun. */
  get isOver(): boolean {
    return this.signal.aborted;
  }

  /** A piece in a transaction of its own: after a crash it is done or not done. */
  piece<T>(change: Use<T>): Promise<T> {
    return this.#paced(() => this.deps.change(change));
  }

  checkpoint(): Promise<void> {
    return this.#paced(() =>
      this.deps.alone(async (connection) => void (await connection.run('CHECKPOINT'))),
    );
  }

  async #paced<T>(run: () => Promise<T>): Promise<T> {
    const { clock } = this.deps;
    const beganMs = clock.monotonicMs();
    const result = await run();
    await sleep(clock, Math.max(pauseMsMin, clock.monotonicMs() - beganMs), this.signal);
    return result;
  }
}
