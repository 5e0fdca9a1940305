/**
 * A process that stores batches until it is killed: `node embedded-writer.js PATH FIRST_SEQ`. It prints each batch's
 * number once that is confirmed.
 */
import { writeSync } from 'node:fs';
import { createEmbeddedStore } from '../../cloud/store/embedded/embedded-store.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { createLog } from '../../shared/runtime/log.ts';
import { writerBatch } from './batches.ts';

const [path = '', first = '1'] = process.argv.slice(2);
const options = { path, memoryMiBMax: 128, threads: 2, timeoutMs: 60_000 };
const store = createEmbeddedStore(options, { clock: systemClock, log: createLog('embedded-writer') });
await store.start();
writeSync(1, 'started\n');
const never = new AbortController().signal;
const inFlight = 4;
for (let seq = Number(first); ; seq += inFlight) {
  const writes = Array.from({ length: inFlight }, async (_, i) => {
    await store.write(writerBatch(seq + i), never);
    writeSync(1, `${seq + i}\n`);
  });
  await Promise.all(writes);
}
