import { backoffMs } from '../../shared/runtime/backoff.ts';
import { type Clock, sleep } from '../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { ReadingStore } from '../ports/store.ts';

const checkMs = 5_000;
const backoff = { firstMs: 500, maxMs: 10_000 };

/**
 * Starts the telemetry store, in the background if it is down, and then checks at intervals whether it answers. The cloud
 * starts without it: batches wait, gateways keep their journals, and `/readyz` says why.
 */
export class StoreKeeper {
  private readonly store: ReadingStore;
  private readonly deps: { clock: Clock; random: Random; log: Log };
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private started = false;
  private answers = false;

  constructor(store: ReadingStore, deps: { clock: Clock; random: Random; log: Log }) {
    this.store = store;
    this.deps = deps;
  }

  get healthy(): boolean {
    return this.answers;
  }

  /** @throws HarbingerError if a retry cannot help: a locked or damaged database, a wrong setting */
  async start(): Promise<void> {
    await this.tryStart();
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    if (this.started) await this.store.stop();
  }

  private async tryStart(): Promise<void> {
    try {
      await this.store.start();
      this.started = true;
    } catch (error) {
      if (!(error instanceof HarbingerError) || !error.retry) throw error;
      this.deps.log.warn({ error: error.message }, 'the store is down; retrying');
    }
  }

  private async run(): Promise<void> {
    const { clock, random, log } = this.deps;
    const { signal } = this.stopping;
    try {
      for (let attempt = 0; !this.started && !signal.aborted; attempt++) {
        await sleep(clock, backoffMs(attempt, backoff, random), signal);
        if (!signal.aborted) await this.tryStart();
      }
    } catch (error) {
      log.error(
        { error: messageOf(error) },
        'the store cannot be started; correct its configuration and start again',
      );
      return;
    }
    while (!signal.aborted) {
      const answers = await this.ask();
      if (answers !== this.answers)
        log.info({ answers }, `the store ${answers ? 'answers' : 'does not answer'}`);
      this.answers = answers;
      await sleep(clock, checkMs, signal);
    }
  }

  /** Whether the store answers within the interval between two checks. */
  private ask(): Promise<boolean> {
    const late = sleep(this.deps.clock, checkMs, this.stopping.signal).then(() => false);
    return Promise.race([this.store.healthy().catch(() => false), late]);
  }
}
