/** A process that runs the schedules it is told to run: see pool.ts. */

import { type Chunk, standstill } from './chunk.ts';
import { Totals } from './totals.ts';
import { runWorld, worldsOf } from './worlds.ts';

let seed = 0;

async function run({ firstSeed, count, keepGoing, worlds }: Chunk): Promise<void> {
  const totals = new Totals();
  const before = process.cpuUsage();
  for (seed = firstSeed; seed < firstSeed + count; seed++) {
    for (const world of worldsOf(seed, worlds)) totals.add(world, seed, await runWorld(world, seed));
    if (totals.failures.length > 0 && !keepGoing) break;
  }
  const { user, system } = process.cpuUsage(before);
  totals.cpuMs = (user + system) / 1_000;
  process.send?.(totals);
}

// During a run nothing else keeps the process alive. If the run waits for ever, the process exits and reports it.
process.exitCode = standstill;
process.on('exit', (code) => {
  if (code === standstill) process.stderr.write(`seed ${seed}: the run came to a standstill\n`);
});
process.on('message', (chunk: Chunk) => {
  process.channel?.unref();
  void run(chunk).then(() => process.channel?.ref());
});
process.on('disconnect', () => process.exit(0));
