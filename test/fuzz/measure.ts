/** Limits of the work and the memory that inputs may cost. */
import { GCProfiler, getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { timeLimited } from '../../shared/runtime/budget.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Input, Target } from './target.ts';

/**
 * CPU time: a share for each input and for each of its bytes. The longest inputs have 64 KiB: linear work on them takes up
 * to 100 ms on a fast computer, quadratic work many seconds.
 */
const fixedMs = 100;
const msPerByte = 0.02;
/** Memory that an input takes while it is read, until the garbage collector runs: what parsers make of it, and its machine. */
const fixedBytes = 8 << 20;
const bytesPerByte = 32;
/** The least of so many repeats counts: the garbage collector, and compiling, only add to it. */
const repeats = 5;
/** An input that is not done after this long is never done; the limit is for a computer that is very busy. */
const waitMsMax = 60_000;
const endless = timeLimited(waitMsMax);
/** Growth of memory after the first tenth of the inputs, in bytes: caches fill up until then. */
const grownBytesMax = 96 << 20;

export const bytesOf = (input: Input): number => input.reduce((sum, { length }) => sum + length, 0);

/** Gives an input to its target. @throws Error also if it takes too much work or memory */
export async function takeMeasured(target: Target, input: Input): Promise<void> {
  const size = target.sizeOf?.(input) ?? bytesOf(input);
  const allowedMs = fixedMs + msPerByte * size;
  const allowedBytes = fixedBytes + bytesPerByte * size;
  const least = { ms: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };
  for (let i = 0; i < repeats && (least.ms > allowedMs || least.bytes > allowedBytes); i++) {
    const cost = await costOf(target, input);
    least.ms = Math.min(least.ms, cost.ms);
    least.bytes = Math.min(least.bytes, cost.bytes);
  }
  if (least.ms > allowedMs)
    throw new Error(
      `${size} bytes took ${least.ms.toFixed(0)} ms of CPU time; at most ${allowedMs.toFixed(0)} are allowed`,
    );
  if (least.bytes > allowedBytes)
    throw new Error(
      `${size} bytes took ${least.bytes >> 10} KiB of memory; at most ${allowedBytes >> 10} are allowed`,
    );
}

interface Cost {
  ms: number;
  /** By which memory had grown at most, also before the garbage collector ran. */
  bytes: number;
}

function memoryNow(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}

async function costOf(target: Target, input: Input): Promise<Cost> {
  const memory = memoryNow();
  const profiler = new GCProfiler();
  profiler.start();
  const from = process.cpuUsage();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it was not done within ${waitMsMax / 1_000} s`)), waitMsMax);
  });
  try {
    const started: { taken?: Promise<void> } = {};
    const isEnded = !endless(() => {
      started.taken = target.take(input);
    });
    if (isEnded) throw new Error(`it went on for ${waitMsMax / 1_000} s and was ended`);
    await Promise.race([started.taken, late]);
  } finally {
    clearTimeout(timer);
  }
  const { user, system } = process.cpuUsage(from);
  const collections = profiler.stop()?.statistics ?? [];
  const most = Math.max(
    memoryNow(),
    ...collections.map(
      ({ beforeGC: { heapStatistics: before } }) => before.usedHeapSize + before.externalMemory,
    ),
  );
  return { ms: (user + system) / 1_000, bytes: most - memory };
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Watches that what is held in memory does not grow with the number of inputs. */
export class MemoryWatch {
  private base: number | null = null;
  peak = 0;

  /** @throws HarbingerError FUZZ_MEMORY */
  look(isWarm: boolean): void {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    const bytes = heapUsed + external;
    if (isWarm) this.base ??= bytes;
    this.peak = Math.max(this.peak, bytes);
    const grown = bytes - (this.base ?? bytes);
    if (grown > grownBytesMax)
      throw new HarbingerError('FUZZ_MEMORY', 'cli', `memory has grown by ${grown >> 20} MiB`);
  }
}
