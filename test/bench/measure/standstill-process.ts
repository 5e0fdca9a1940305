/**
 * Wakes every millisecond and prints each period in which it could not (`from until`, ms since 1970). With realtime
 * priority on one core no other process can have delayed it, only the kernel, or a host that gave the core to others.
 */
import { writeSync } from 'node:fs';

const standstillMs = 3;
const never = new Int32Array(new SharedArrayBuffer(4));
/** The parent's id is an argument: a parent that has already exited would go unnoticed if the id was asked for here. */
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
