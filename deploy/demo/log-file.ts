import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export interface LogFileOptions {
  /**
   * Above this size the file is renamed to `PATH.1`, replacing the previous one, so the disk holds at most
   * twice as much.
   */
  bytesMax: number;
}

/**
 * A log file of bounded size. Text that cannot be written is dropped, because a full disk must not stop the
 * demonstration; its processes report the full disk themselves.
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
