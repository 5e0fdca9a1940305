/**
 * Keeps writes out of a span of time while it is being thinned: a reading that arrived between reading the span and
 * deleting it would be lost. Writes of other times, which are nearly all, pass.
 */
import type { Span } from './server.ts';

const newline = 0x0a;
const space = 0x20;

export class RangeLock {
  #held: { span: Span; released: Promise<void>; release: () => void } | null = null;
  readonly #writing = new Set<Promise<unknown>>();

  get isHeld(): boolean {
    return this.#held !== null;
  }

  /** Holds the span from now on, and resolves when no write is under way that began before. */
  async hold(span: Span): Promise<void> {
    if (this.#held) throw new Error('a span is held already');
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#held = { span, released, release };
    await Promise.allSettled([...this.#writing]);
  }

  release(): void {
    this.#held?.release();
    this.#held = null;
  }

  /** Resolves when the span that these lines are in is released; null if they are in none that is held. */
  waitFor(lines: Buffer): Promise<void> | null {
    return this.#held && hasTimeIn(lines, this.#held.span) ? this.#held.released : null;
  }

  /** Runs a write that does not have to wait. */
  async write<T>(work: () => Promise<T>): Promise<T> {
    const writing = work();
    this.#writing.add(writing);
    try {
      return await writing;
    } finally {
      this.#writing.delete(writing);
    }
  }
}

/** Whether any line has a time in the span, or less than 1 ms beside it. */
function hasTimeIn(text: Buffer, { fromMs, toMs }: Span): boolean {
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf(newline, start);
    const end = found < 0 ? text.length : found;
    const blank = text.lastIndexOf(space, end - 1);
    if (blank >= start) {
      const timeMs = Number(text.toString('latin1', blank + 1, end)) / 1e6;
      if (timeMs > fromMs - 1 && timeMs < toMs + 1) return true;
    }
    start = end + 1;
  }
  return false;
}
