import type { Lane } from '../../shared/contract/lanes.ts';

/** Gives events and estimates priority: readings wait while another lane has something to send. */
export class Priority {
  private readonly claiming = new Set<Lane>();
  private waiting: (() => void)[] = [];

  /** Declares that the lane has something to send. Readings make no claim. */
  claim(lane: Lane): void {
    if (lane !== 'readings') this.claiming.add(lane);
  }

  /** Declares that the lane has nothing to send, or cannot send for a while. */
  release(lane: Lane): void {
    this.claiming.delete(lane);
    if (this.claiming.size > 0) return;
    for (const resume of this.waiting.splice(0)) resume();
  }

  /** Resolves when readings may be sent, or `signal` aborts. */
  async turn(signal: AbortSignal): Promise<void> {
    while (this.claiming.size > 0 && !signal.aborted) await this.released(signal);
  }

  private released(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      // A connection may last for months, so a finished wait must not leave a listener on its signal.
      const done = () => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.waiting.push(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
