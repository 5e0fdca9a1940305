import type { Clock } from '../../shared/runtime/clock.ts';

const plainStatusEveryMs = 5_000;
/** A serial console does not know its width. */
const columnsAssumed = 80;

/** The part of `process.stdout` that is used. */
export interface TerminalOutput {
  isTTY?: boolean;
  columns: number;
  write(text: string): unknown;
}

/**
 * Prints scrolling lines with one status line below them, which is rewritten on a terminal and printed from
 * time to time elsewhere.
 */
export class Terminal {
  private readonly out: TerminalOutput;
  private readonly clock: Clock;
  private current = '';
  private printedMs = Number.NEGATIVE_INFINITY;
  private ended = false;

  constructor(out: TerminalOutput, clock: Clock) {
    this.out = out;
    this.clock = clock;
  }

  say(line: string): void {
    if (this.out.isTTY && this.current !== '') this.out.write('\r\u001b[K');
    this.out.write(`${line}\n`);
    if (this.out.isTTY && this.current !== '') this.out.write(this.current);
  }

  /** Removes the status line for good: from now on there are only scrolling lines. */
  endStatus(): void {
    this.ended = true;
    // A terminal shows ^C in the status line, so it is cleared even if it is empty.
    if (this.out.isTTY) this.out.write('\r\u001b[K');
    this.current = '';
  }

  status(line: string): void {
    if (this.ended) return;
    if (this.out.isTTY) {
      this.current = line.slice(0, Math.max(20, (this.out.columns || columnsAssumed) - 1));
      this.out.write(`\r\u001b[K${this.current}`);
    } else if (this.clock.monotonicMs() - this.printedMs >= plainStatusEveryMs) {
      this.printedMs = this.clock.monotonicMs();
      this.out.write(`${line}\n`);
    }
  }
}
