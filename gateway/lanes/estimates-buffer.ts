import type { Clock, Timer } from '../../shared/runtime/clock.ts';
import type { Block } from '../ports/journal.ts';
import { textBlock } from './blocks.ts';

const lingerMs = 250;
const linesMax = 20_000;
const blockLinesMax = 2_000;

/**
 * Gathers estimate lines into blocks, since no caller waits for them. Bounded: beyond 20,000 waiting lines (if the disk
 * fails) the oldest are dropped and counted; the next readings yield new estimates.
 */
export class EstimatesBuffer {
  dropped = 0;
  private readonly clock: Clock;
  private readonly append: (block: Omit<Block, 'seq'>) => Promise<unknown>;
  private readonly onError: (error: unknown) => void;
  private lines: string[] = [];
  private timer: Timer | null = null;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    clock: Clock,
    append: (block: Omit<Block, 'seq'>) => Promise<unknown>,
    onError: (error: unknown) => void,
  ) {
    this.clock = clock;
    this.append = append;
    this.onError = onError;
  }

  add(lines: readonly string[]): void {
    for (const line of lines) this.lines.push(line);
    if (this.lines.length > linesMax)
      this.dropped += this.lines.splice(0, this.lines.length - linesMax).length;
    this.timer ??= this.clock.setTimer(lingerMs, () => void this.flush());
  }

  /** Resolves when all lines added before are durable, or were given up, which is reported. */
  flush(): Promise<void> {
    this.timer?.cancel();
    this.timer = null;
    this.writing = this.writing.then(async () => {
      while (this.lines.length > 0) {
        const lines = this.lines.splice(0, blockLinesMax);
        try {
          await this.append(textBlock(`${lines.join('\n')}\n`, lines.length));
        } catch (error) {
          this.dropped += lines.length;
          this.onError(error);
        }
      }
    });
    return this.writing;
  }
}
