export interface Line {
  bytes: Buffer;
  /** True if the line was longer than permitted, and this is its beginning. */
  truncated: boolean;
}

/**
 * Splits a stream of bytes into lines. It holds at most `lineBytesMax` bytes, and the delimiter, of an unfinished line.
 */
export class Lines {
  private readonly delimiter: Buffer;
  private readonly lineBytesMax: number;
  private held: Buffer = Buffer.alloc(0);
  /** The beginning of an overlong line whose rest is being discarded. */
  private overlong: Buffer | null = null;
  private discarding: boolean;

  constructor(options: { delimiter: string; lineBytesMax: number; discardFirst: boolean }) {
    this.delimiter = Buffer.from(options.delimiter);
    this.lineBytesMax = options.lineBytesMax;
    this.discarding = options.discardFirst;
  }

  push(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    let rest = this.held.length > 0 ? Buffer.concat([this.held, chunk]) : chunk;
    for (let end = rest.indexOf(this.delimiter); end >= 0; end = rest.indexOf(this.delimiter)) {
      this.finish(rest.subarray(0, end), lines);
      rest = rest.subarray(end + this.delimiter.length);
    }
    this.held = Buffer.from(this.shorten(rest));
    return lines;
  }

  private finish(bytes: Buffer, lines: Line[]): void {
    const before = this.overlong;
    this.overlong = null;
    if (this.discarding) this.discarding = false;
    else if (before) lines.push({ bytes: before, truncated: true });
    else if (bytes.length > this.lineBytesMax) {
      lines.push({ bytes: bytes.subarray(0, this.lineBytesMax), truncated: true });
    } else if (bytes.length > 0) lines.push({ bytes, truncated: false });
  }

  /**
   * Shortens an unfinished line that is already too long: keeps its beginning once, and of the rest only a possible
   * start of the delimiter.
   */
  private shorten(rest: Buffer): Buffer {
    const delimiterPart = this.delimiter.length - 1;
    if (this.overlong || this.discarding || rest.length > this.lineBytesMax + delimiterPart) {
      if (!this.overlong && !this.discarding)
        this.overlong = Buffer.from(rest.subarray(0, this.lineBytesMax));
      return rest.subarray(Math.max(0, rest.length - delimiterPart));
    }
    return rest;
  }
}
