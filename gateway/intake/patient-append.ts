import { backoffMs } from '../../shared/runtime/backoff.ts';
import { type Clock, sleep } from '../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { Block, Journal } from '../ports.ts';

export interface PatienceDeps {
  patienceMs: number;
  clock: Clock;
  random: Random;
  log: Log;
  /** Aborted when the gateway stops: then nobody waits. */
  stopping: AbortSignal;
}

const retry = { firstMs: 20, maxMs: 1_000 };

/**
 * Appends; a full or failing disk keeps the sender waiting for a while, since a moment often cures it.
 * @throws the journal's error once patience is at its end
 */
export async function patientAppend(
  journal: Journal,
  block: Omit<Block, 'seq'>,
  deps: PatienceDeps,
): Promise<number> {
  const { clock, random, log, stopping } = deps;
  const until = clock.monotonicMs() + deps.patienceMs;
  for (let attempt = 0; ; attempt++) {
    try {
      return await journal.append(block);
    } catch (error) {
      const hopeful = error instanceof HarbingerError && error.retry && !stopping.aborted;
      if (!hopeful || clock.monotonicMs() >= until) throw error;
      if (attempt === 0)
        log.error({ lane: journal.lane, cause: messageOf(error) }, 'journal cannot be written; senders wait');
      await sleep(clock, backoffMs(attempt, retry, random), stopping);
    }
  }
}
