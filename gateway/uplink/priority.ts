import type { Lane } from '../../shared/contract/lanes.ts';

/** Events and estimates go before readings: these wait while one of the other lanes has something to send. */
export class Priority {
  private readonly claiming = new Set<Lane>();
  private waiting: (() => void)[] = [];

  /** From now on the lane has something to send. Readings claim nothing. */
  claim(lane: Lane): void {
    if (lane !== 'readings') this.claiming.add(lane);
  }

  /** The lane has nothing to send now, or cannot send it for a while. */
  release(lane: Lane): void {
    this.claiming.delete(lane);
    if (this.claiming.size > 0) return;
    for (const resume of this.waiting.splice(0)) resume();
  }

  /** Resolves when readings may go, or `signal` aborts. */
  async turn(signal: AbortSignal): Promise<void> {
    while (this.claiming.size > 0 && !signal.aborted) await this.released(signal);
  }

  private released(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      // A connection may last for months: a wait that is over leaves nothing behind on its signal.
      const done = () => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.waiting.push(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
