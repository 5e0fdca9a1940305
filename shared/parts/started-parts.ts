import { type Clock, sleep } from '../runtime/clock.ts';
import { messageOf } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';

interface StoppablePart {
  name: string;
  stop(): Promise<void>;
}

/** The started parts of a process, to be stopped in reverse order. */
export class StartedParts {
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly stopMsMax: number;
  private readonly parts: StoppablePart[] = [];

  /** @param stopMsMax time after which a part that does not stop is abandoned, and named in the log */
  constructor({ clock, log }: { clock: Clock; log: Log }, stopMsMax: number) {
    this.clock = clock;
    this.log = log;
    this.stopMsMax = stopMsMax;
  }

  /**
   * Starts a part. It is stopped later even if its start fails, because it may have started partly. @throws the error
   * of its start
   */
  async start<T>(name: string, part: { start(): T | Promise<T>; stop(): Promise<void> }): Promise<T> {
    this.add(name, () => part.stop());
    return await part.start();
  }

  /** Registers a part that is already started. */
  add(name: string, stop: () => Promise<void>): void {
    this.parts.push({ name, stop });
  }

  /**
   * Stops all parts. Never rejects: a part that fails to stop is named in the log, and the others are stopped
   * nevertheless.
   */
  async stop(): Promise<void> {
    for (let part = this.parts.pop(); part; part = this.parts.pop()) {
      const stopped = new AbortController();
      const late = sleep(this.clock, this.stopMsMax, stopped.signal).then(() => 'it takes too long');
      const problem = await Promise.race([part.stop().catch(messageOf), late]);
      stopped.abort();
      if (problem !== undefined) this.log.error({ part: part.name, problem }, 'a part did not stop in order');
    }
  }
}
