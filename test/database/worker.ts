/**
 * The process whose disk fails. `load DIR NAME POLICY SEED` writes without a pause and prints each confirmed batch,
 * until its standard input ends. `read DIR NAME` prints every record. POLICY after a failed write: `go-on` uses the
 * database as it is, `reopen` closes and opens it first.
 */
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { seededRandom } from '../../shared/runtime/random.ts';
import { type Candidate, type Change, candidates } from './candidates.ts';

const keysMax = 400;
const batchMax = 20;
const retryMs = 5;

const [mode, dir, name, policy, seed] = process.argv.slice(2) as [string, string, string, string, string];
const open = () => candidates[name]!(dir);
const startedMs = performance.now();

if (mode === 'read') await read();
else await load(Number(seed));

async function read(): Promise<void> {
  const database = await open();
  const openMs = performance.now() - startedMs;
  const records: Record<string, string> = {};
  for (const [key, value] of await database.entries()) records[key] = value.toString('latin1').slice(0, 12);
  process.stdout.write(`${JSON.stringify({ openMs, records })}\n`);
  await database.close();
}

async function load(seedOfLoad: number): Promise<void> {
  const random = seededRandom(seedOfLoad);
  let isOver = false;
  process.stdin.resume().on('end', () => {
    isOver = true;
  });
  let database: Candidate | null = await open();
  let isDoubtful = false;
  for (let number = 1; !isOver; number++) {
    const changes: Change[] = Array.from({ length: 1 + Math.floor(random.next() * batchMax) }, () => {
      const value = Buffer.alloc(200 + Math.floor(random.next() * 200), '.');
      value.write(String(number).padStart(12, '0'));
      return [`key-${Math.floor(random.next() * keysMax)}`, random.next() < 0.1 ? null : value];
    });
    const said = changes.map(([key, value]) => (value ? key : `-${key}`));
    process.stdout.write(`${JSON.stringify({ try: number, changes: said })}\n`);
    try {
      if (isDoubtful && policy === 'reopen') {
        const old = database;
        database = null;
        await old?.close();
      }
      database ??= await open();
      isDoubtful = false;
      await database.write(changes);
      await turn(); // otherwise a synchronous database would block the end of the input
      process.stdout.write(
        `${JSON.stringify({ ok: number, rssMiB: process.memoryUsage.rss() / 2 ** 20 })}\n`,
      );
    } catch (error) {
      isDoubtful = true;
      process.stdout.write(`${JSON.stringify({ failed: number, why: String(error).slice(0, 200) })}\n`);
      await delay(retryMs);
    }
  }
  await database?.close();
}
