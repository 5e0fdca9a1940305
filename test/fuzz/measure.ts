/** Limits of the work and the memory that inputs may cost. */
import { setFlagsFromString } from 'node:v8';
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
/** The least of so many repeats counts: the garbage collector, and compiling, only add to it. */
const repeats = 5;
/** An input that is not done after this long is never done; the limit is for a computer that is very busy. */
const waitMsMax = 60_000;
const endless = timeLimited(waitMsMax);
/** Growth of memory after the first tenth of the inputs, in bytes: caches fill up until then. */
const grownBytesMax = 96 << 20;

export const bytesOf = (input: Input): number => input.reduce((sum, { length }) => sum + length, 0);

/** Gives an input to its target. @throws Error also if it takes too much work */
export async function takeMeasured(target: Target, input: Input): Promise<void> {
  const allowedMs = fixedMs + msPerByte * bytesOf(input);
  let least = await cpuMs(target, input);
  for (let i = 1; i < repeats && least > allowedMs; i++) least = Math.min(least, await cpuMs(target, input));
  if (least > allowedMs)
    throw new Error(
      `${bytesOf(input)} bytes took ${least.toFixed(0)} ms of CPU time; at most ${allowedMs.toFixed(0)} are allowed`,
    );
}

async function cpuMs(target: Target, input: Input): Promise<number> {
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
  return (user + system) / 1_000;
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
