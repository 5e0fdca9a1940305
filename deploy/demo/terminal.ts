import type { Clock } from '../../shared/runtime/clock.ts';

const plainStatusEveryMs = 5_000;

/**
 * Prints scrolling lines with one status line below them, which is rewritten on a terminal and printed from
 * time to time elsewhere.
 */
export class Terminal {
  private readonly out: NodeJS.WriteStream;
  private readonly clock: Clock;
  private current = '';
  private printedMs = Number.NEGATIVE_INFINITY;

  constructor(out: NodeJS.WriteStream, clock: Clock) {
    this.out = out;
    this.clock = clock;
  }

  say(line: string): void {
    if (this.out.isTTY && this.current !== '') this.out.write('\r\u001b[K');
    this.out.write(`${line}\n`);
    if (this.out.isTTY && this.current !== '') this.out.write(this.current);
  }

  status(line: string): void {
    if (this.out.isTTY) {
      this.current = line.slice(0, Math.max(20, this.out.columns - 1));
      this.out.write(`\r\u001b[K${this.current}`);
    } else if (this.clock.monotonicMs() - this.printedMs >= plainStatusEveryMs) {
      this.printedMs = this.clock.monotonicMs();
      this.out.write(`${line}\n`);
    }
  }
}
