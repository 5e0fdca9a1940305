/**
 * A process that stores batches until it is killed: `node embedded-writer.js PATH FIRST_SEQ [free|retain]`. It prints each
 * batch's number once that is confirmed. With `free`, it frees columns of what it has stored all the while; with `retain`, it
 * deletes and thins, as if each batch were the present.
 */
import { writeSync } from 'node:fs';
import { createEmbeddedStore } from '../../../cloud/store/embedded/embedded-store.ts';
import { nextTurn, systemClock } from '../../../shared/runtime/clock.ts';
import { codeOf } from '../../../shared/runtime/errors.ts';
import { createLog } from '../../../shared/runtime/log.ts';
import { writerBatch, writerRetention } from './batches.ts';

const [path = '', first = '1', mode = ''] = process.argv.slice(2);
const options = { path, memoryMiBMax: 128, threads: 2, timeoutMs: 60_000, spareBytesMax: 1 };
const store = createEmbeddedStore(options, { clock: systemClock, log: createLog('embedded-writer') });
await store.start();
writeSync(1, 'started\n');
const never = new AbortController().signal;
let confirmed = 0;
if (mode === 'free') void freeForEver();
if (mode === 'retain') void retainForEver();
const inFlight = 4;
for (let seq = Number(first); ; seq += inFlight) {
  const writes = Array.from({ length: inFlight }, async (_, i) => {
    await store.write(writerBatch(seq + i), never);
    writeSync(1, `${seq + i}\n`);
    confirmed = Math.max(confirmed, seq + i);
  });
  await Promise.all(writes);
}

async function freeForEver(): Promise<never> {
  for (let round = 0; ; round++) {
    const names = round % 4 === 3 ? 'all' : ['a', 'b'];
    try {
      await store.columns!.free('pump', names);
      writeSync(1, 'freed\n');
    } catch (error) {
      // Before the first write, and after the table was freed, there are no such columns.
      if (codeOf(error) !== 'COLUMN_UNKNOWN') throw error;
    }
    await nextTurn();
  }
}

async function retainForEver(): Promise<never> {
  for (;;) {
    const { rules, realMs } = writerRetention(confirmed);
    await store.retention!.apply(rules, { realMs, isDryRun: false, signal: never });
    writeSync(1, 'retained\n');
    await nextTurn();
  }
}
