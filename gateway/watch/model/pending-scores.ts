import type { Clock, Timer } from '../../../shared/runtime/clock.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { ScoreResult } from './model-messages.ts';

interface Pending {
  resolve(result: ScoreResult): void;
  reject(error: Error): void;
  timer: Timer;
}

/**
 * Requests in flight. A caller that aborts is released at once, but its request stays here until the worker answers or
 * is found hung, because the worker is still busy with it.
 */
export class PendingScores {
  readonly counts = { requests: 0, failures: 0 };
  private readonly clock: Clock;
  private readonly limitMs: number;
  private readonly onHung: () => void;
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;

  constructor(clock: Clock, limitMs: number, onHung: () => void) {
    this.clock = clock;
    this.limitMs = limitMs;
    this.onHung = onHung;
  }

  get size(): number {
    return this.pending.size;
  }

  add(signal: AbortSignal | undefined): { id: number; result: Promise<ScoreResult> } {
    const id = this.nextId++;
    this.counts.requests++;
    const result = new Promise<ScoreResult>((resolve, reject) => {
      const abort = () =>
        reject(
          new HarbingerError(
            'MODEL_ABANDONED',
            'intelligence',
            'the decision no longer waits for this estimate',
          ),
        );
      const timer = this.clock.setTimer(this.limitMs, this.onHung);
      const settle = () => {
        timer.cancel();
        signal?.removeEventListener('abort', abort);
      };
      this.pending.set(id, {
        timer,
        resolve(value) {
          settle();
          resolve(value);
        },
        reject(error) {
          settle();
          reject(error);
        },
      });
      signal?.addEventListener('abort', abort, { once: true });
      if (signal?.aborted) abort();
    });
    return { id, result };
  }

  resolve(id: number, result: ScoreResult): void {
    this.take(id)?.resolve(result);
  }

  reject(id: number, error: Error): void {
    const pending = this.take(id);
    if (!pending) return;
    this.counts.failures++;
    pending.reject(error);
  }

  failAll(error: Error): void {
    for (const id of [...this.pending.keys()]) this.reject(id, error);
  }

  private take(id: number): Pending | undefined {
    const pending = this.pending.get(id);
    this.pending.delete(id);
    return pending;
  }
}
