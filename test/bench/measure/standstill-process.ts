/**
 * Wakes every millisecond and prints when it did not (`from until`, ms since 1970): started with realtime priority on one
 * core, no process can have kept it, but the machine itself, whose host gave its core to others, or its kernel.
 */
import { writeSync } from 'node:fs';

const standstillMs = 3;
const never = new Int32Array(new SharedArrayBuffer(4));
/** The parent's id is an argument: asked for here, a parent that has ended already would go unnoticed. */
const parent = Number(process.argv[2]);

let before = performance.now();
writeSync(1, 'watching\n');
while (process.ppid === parent) {
  Atomics.wait(never, 0, 0, 1);
  const now = performance.now();
  if (now - before > standstillMs) {
    writeSync(1, `${performance.timeOrigin + before} ${performance.timeOrigin + now}\n`);
  }
  before = now;
}
