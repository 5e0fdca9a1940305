import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../shared/files/paths.ts';

/** The files below a folder, whose writes and syncs fail on request in one process. It needs a C compiler. */
export class FailingDisk {
  /** Added to the environment of the process. */
  readonly env: Readonly<Record<string, string>>;
  private readonly orders: string;
  private readonly file: number;

  /** `workFolder` is for its own files; `code` is EIO or ENOSPC. @throws Error if there is no C compiler */
  constructor(workFolder: string, { dir, code, seed }: { dir: string; code: string; seed: number }) {
    const library = join(workFolder, 'failing-disk.so');
    const source = join(packageRoot, 'test/database/failing-disk.c');
    if (!existsSync(library))
      execFileSync('cc', ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl'], { stdio: 'pipe' });
    this.orders = join(workFolder, 'failing-disk-orders');
    this.file = openSync(this.orders, 'w+');
    writeSync(this.file, Buffer.alloc(16));
    this.env = {
      LD_PRELOAD: library,
      FAILING_DIR: dir,
      FAILING_ORDERS: this.orders,
      FAILING_CODE: code,
      FAILING_SEED: `${seed}`,
    };
  }

  /** Lets this many of 256 calls fail from now on. */
  fail(ofCalls: number): void {
    writeSync(this.file, Buffer.from([ofCalls]), 0, 1, 0);
  }

  get writtenBytes(): number {
    return Number(readFileSync(this.orders).readBigUInt64LE(8));
  }

  close(): void {
    closeSync(this.file);
  }
}
