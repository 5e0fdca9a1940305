/**
 * Many runs (test/simulation/runs): schedules are run on all cores, in worker processes that take seeds in chunks. A
 * schedule that fails is shrunk and printed. One run is ../simulate.ts.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { compiledEntry } from '../../../shared/files/paths.ts';
import type { Chunk } from './chunk.ts';
import { Totals } from './totals.ts';
import type { WorldName } from './worlds.ts';

const chunkSchedules = 25;
/** After this many chunks a new process takes over: promises of killed gateways leak half a megabyte per schedule. */
const chunksPerProcess = 40;

export interface PoolOptions {
  seed: number;
  schedules: number;
  processes: number;
  keepGoing: boolean;
  /** None: those whose turn it is. */
  worlds: readonly WorldName[];
  /** No new chunk is started once it returns false. */
  goOn(): boolean;
  /** Called after each chunk. */
  onProgress(totals: Totals, newFailures: Totals['failures']): void;
}

/** Resolves when all seeds are done, or after the first failure. @throws Error if a run came to a standstill */
export async function runPool(options: PoolOptions): Promise<Totals> {
  const totals = new Totals();
  let next = options.seed;
  const end = options.seed + options.schedules;
  const nextChunk = (): Chunk | null => {
    const isOver = totals.failures.length > 0 && !options.keepGoing;
    if (next >= end || isOver || !options.goOn()) return null;
    const count = Math.min(chunkSchedules, end - next);
    const { keepGoing, worlds } = options;
    const chunk = { firstSeed: next, count, keepGoing, worlds };
    next += count;
    return chunk;
  };
  const onDone = (part: Totals) => {
    totals.merge(part);
    options.onProgress(totals, part.failures);
  };
  const workers = Array.from({ length: options.processes }, () => work(nextChunk, onDone));
  await Promise.all(workers);
  return totals;
}

/** One slot of the pool: one process after the other, until no chunk is left. */
async function work(nextChunk: () => Chunk | null, onDone: (part: Totals) => void): Promise<void> {
  for (let chunk = nextChunk(); chunk; chunk = nextChunk()) await runProcess(chunk, nextChunk, onDone);
}

function runProcess(
  first: Chunk,
  nextChunk: () => Chunk | null,
  onDone: (part: Totals) => void,
): Promise<void> {
  const child: ChildProcess = fork(compiledEntry('test/simulation/runs/worker'));
  return new Promise((resolve, reject) => {
    let chunks = 1;
    child.on('message', (part: Totals) => {
      onDone(part);
      const chunk = chunks++ < chunksPerProcess ? nextChunk() : null;
      if (chunk) child.send(chunk);
      else child.disconnect();
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`a worker exited with code ${code}`));
    });
    child.send(first);
  });
}
