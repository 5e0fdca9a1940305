import { setTimeout as delay } from 'node:timers/promises';
import { type Exit, type LogLine, type ProductOptions, ProductProcess } from '../../support/processes.ts';

const restartDelayMs = 200;
const restartsMax = 20;
const portRetryMs = 1_000;
const isPortTaken = (error: unknown) => String(error).includes('_PORT_BUSY');

/**
 * A product process as a service manager runs it. It is started again when it exits by itself, which is recorded,
 * because only some faults excuse that.
 */
export class Operated {
  readonly process: ProductProcess;
  readonly name: string;
  /** Exits that nobody asked for, as sentences; the round takes them. */
  readonly endedByItself: string[] = [];
  starts = 0;
  #wanted = false;
  #running: Promise<void> = Promise.resolve();

  constructor(name: string, options: ProductOptions) {
    this.name = name;
    this.process = new ProductProcess(options);
  }

  get running(): boolean {
    return this.#wanted;
  }

  /** @throws Error with its last output */
  async start(): Promise<void> {
    this.#wanted = true;
    try {
      await this.#launch();
    } catch (error) {
      this.#wanted = false;
      throw error;
    }
  }

  /** Starts it, and kills it after a while, however far it has got. */
  async startAndKill(afterMs: number): Promise<void> {
    const starting = this.process.start();
    starting.catch(() => {});
    this.starts++;
    await delay(afterMs);
    await this.process.kill9();
    await starting.catch(() => {});
  }

  /**
   * Starts a process that is expected to refuse. Returns its message, or null if it did start (and was stopped again).
   */
  async refusal(): Promise<string | null> {
    try {
      await this.process.start();
    } catch (error) {
      return String(error);
    }
    await this.process.stop();
    return null;
  }

  async kill9(): Promise<void> {
    this.#wanted = false;
    await this.process.kill9();
    await this.#running;
  }

  async stop(): Promise<Exit> {
    this.#wanted = false;
    const exit = await this.process.stop();
    await this.#running;
    return exit;
  }

  freeze(): void {
    process.kill(this.process.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.process.pid, 'SIGCONT');
  }

  /** Lines logged after `mark`, a line that was taken earlier. */
  logsSince(mark: LogLine | undefined): LogLine[] {
    const { logs } = this.process;
    return logs.slice(mark ? logs.indexOf(mark) + 1 : 0);
  }

  get lastLog(): LogLine | undefined {
    return this.process.logs.at(-1);
  }

  async #launch(): Promise<void> {
    for (let left = restartsMax; ; left--) {
      try {
        await this.process.start();
        break;
      } catch (error) {
        // While it was down, another connection used its port, which will be free again soon.
        if (left === 0 || !isPortTaken(error)) throw error;
        await delay(portRetryMs);
      }
    }
    this.starts++;
    this.#running = this.#supervise();
  }

  async #supervise(): Promise<void> {
    do {
      const { code, signal } = await this.process.exited();
      if (!this.#wanted) return;
      const last = this.process.logs.slice(-3).map(({ text }) => text.slice(0, 1_000));
      this.endedByItself.push(
        `${this.name} ended by itself (code ${code}, signal ${signal}); it said last: ${last.join(' | ')}`,
      );
    } while (await this.#startAgain());
  }

  async #startAgain(): Promise<boolean> {
    for (let attempt = 1; attempt <= restartsMax; attempt++) {
      await delay(restartDelayMs * attempt);
      if (!this.#wanted) return false;
      try {
        await this.process.start();
        this.starts++;
        return true;
      } catch (error) {
        if (this.#wanted)
          this.endedByItself.push(`${this.name} did not start again: ${String(error).slice(0, 2_000)}`);
      }
    }
    return false;
  }
}
