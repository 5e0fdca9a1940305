import type { Clock } from '../../../shared/runtime/clock.ts';
import { shownBytes } from '../shown-bytes.ts';

const everyMs = 500;

/** One line on the terminal that says how far a long command is. Nothing is written where there is no terminal. */
export class Progress {
  private readonly what: string;
  private readonly clock: Clock;
  private readonly output: NodeJS.WriteStream;
  private shownMs: number;
  private isShown = false;

  constructor(what: string, clock: Clock, output: NodeJS.WriteStream = process.stderr) {
    this.what = what;
    this.clock = clock;
    this.output = output;
    this.shownMs = clock.monotonicMs();
  }

  /** `all` is 0 where it is not known. */
  show(doneBytes: number, allBytes: number): void {
    const nowMs = this.clock.monotonicMs();
    if (!this.output.isTTY || nowMs - this.shownMs < everyMs) return;
    this.shownMs = nowMs;
    this.isShown = true;
    const of = allBytes > 0 ? ` of ${shownBytes(allBytes)}` : '';
    this.output.write(`\r\u001b[K${this.what}: ${shownBytes(doneBytes)}${of}`);
  }

  /** Clears the line. */
  end(): void {
    if (this.isShown) this.output.write('\r\u001b[K');
    this.isShown = false;
  }
}
