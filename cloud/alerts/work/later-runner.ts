import { type Clock, every, type Timer } from '../../../shared/runtime/clock.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { LaterNews } from '../../ports/alerts.ts';

const lookMs = 15_000;

/** Tells receivers what they had to wait for: a shelf that is over, hours that begin, an alert that nobody acknowledges. */
export class LaterRunner {
  private readonly deps: { later: LaterNews; clock: Clock; log: Log };
  private timer: Timer | null = null;
  private looking: Promise<void> | null = null;

  constructor(deps: { later: LaterNews; clock: Clock; log: Log }) {
    this.deps = deps;
  }

  async start(): Promise<void> {
    this.timer = every(this.deps.clock, lookMs, () => void this.look());
  }

  async stop(): Promise<void> {
    this.timer?.cancel();
    await this.looking;
  }

  /** Never rejects. */
  look(): Promise<void> {
    this.looking ??= this.tell().finally(() => {
      this.looking = null;
    });
    return this.looking;
  }

  private async tell(): Promise<void> {
    try {
      await this.deps.later.tellDue();
    } catch (error) {
      this.deps.log.warn(
        { problem: messageOf(error) },
        'notifications that receivers wait for cannot be queued; it is tried again',
      );
    }
  }
}
