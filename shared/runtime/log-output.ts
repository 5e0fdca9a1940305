import { writeSync } from 'node:fs';
import { codeOf } from './errors.ts';

/** Writes bytes to the log's file descriptor; returns how many it took. @throws system errors */
type Write = (bytes: Uint8Array) => number;

/** Attempts to write to a pipe that is full, 1 ms apart, before a line is given up. */
const fullPipeAttemptsMax = 100;

/**
 * The end of the log. A log that cannot be written, because its disk is full or its reader is gone, must not end the
 * process or hold it up: such lines are lost and counted, and the number is written as soon as a line can be.
 */
export class LogOutput {
  /** Lines lost since the last one that was written. */
  private lost = 0;
  /** True if the last line was written in part. */
  private isTorn = false;
  private readonly writeBytes: Write;
  private readonly format: (line: string) => string;

  /** `format` gets a line of JSON and returns what is written, both with a line feed at the end. */
  constructor(
    write: Write = (bytes) => writeSync(2, bytes),
    format: (line: string) => string = (line) => line,
  ) {
    this.writeBytes = write;
    this.format = format;
  }

  /** `line` ends with a line feed. Never throws. */
  write(line: string): void {
    const note = this.lost === 0 ? '' : this.format(lostNote(this.lost));
    const text = `${this.isTorn ? '\n' : ''}${note}${this.format(line)}`;
    if (this.writeAll(Buffer.from(text))) {
      this.lost = 0;
      this.isTorn = false;
    } else this.lost++;
  }

  private writeAll(bytes: Buffer): boolean {
    // While the reader of a pipe is stuck, later lines do not wait for it again.
    let attemptsLeft = this.lost > 0 ? 1 : fullPipeAttemptsMax;
    for (let at = 0; at < bytes.length; ) {
      const written = this.writeSome(bytes.subarray(at));
      at += written ?? 0;
      if (written === null || (written === 0 && --attemptsLeft <= 0)) {
        if (at > 0) this.isTorn = true;
        return false;
      }
      if (written === 0) Atomics.wait(nothing, 0, 0, 1);
    }
    return true;
  }

  /** Returns 0 if a pipe is full, and null if nothing can be written. */
  private writeSome(bytes: Uint8Array): number | null {
    try {
      return this.writeBytes(bytes);
    } catch (error) {
      return codeOf(error) === 'EAGAIN' ? 0 : null;
    }
  }
}

const nothing = new Int32Array(new SharedArrayBuffer(4));

function lostNote(lost: number): string {
  const msg = 'log lines before this one could not be written and are lost';
  return `${JSON.stringify({ level: 40, time: Date.now(), name: 'log', lost, msg })}\n`;
}
