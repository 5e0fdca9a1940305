import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export interface LogFileOptions {
  /** Above it the file becomes `PATH.1`, in place of the one before: on disk are at most twice as many. */
  bytesMax: number;
}

/**
 * A log file that does not grow without bound. What the disk does not take is left out: a full disk must not stop the
 * demonstration, whose parts say on their own what they make of it.
 */
export class LogFile {
  private readonly path: string;
  private readonly bytesMax: number;
  private file: number | null = null;
  private bytes = 0;

  constructor(path: string, { bytesMax }: LogFileOptions = { bytesMax: 8 << 20 }) {
    this.path = path;
    this.bytesMax = bytesMax;
  }

  write(text: string): void {
    try {
      const chunk = Buffer.from(text);
      if (this.file === null) this.open();
      else if (this.bytes + chunk.length > this.bytesMax) this.rotate();
      this.bytes += writeSync(this.file!, chunk);
    } catch {
      this.close();
    }
  }

  close(): void {
    if (this.file !== null) closeSync(this.file);
    this.file = null;
  }

  private open(): void {
    mkdirSync(dirname(this.path), { recursive: true });
    this.file = openSync(this.path, 'a', 0o600);
    this.bytes = fstatSync(this.file).size;
    if (this.bytes > this.bytesMax) this.rotate();
  }

  private rotate(): void {
    this.close();
    renameSync(this.path, `${this.path}.1`);
    this.open();
  }
}
