/**
 * CPU time: how much a thread has computed. It tells work without end from work that waits for a disk, for a CPU, or for a
 * computer that stands still, which time on a clock cannot.
 */
import { readFileSync, readlinkSync } from 'node:fs';

/** Linux counts in hundredths of a second here, on every architecture that Node supports. */
const msPerTick = 10;

type WithThreadUsage = { threadCpuUsage?(): NodeJS.CpuUsage };

/** Returns the CPU time of the calling thread; where nothing tells it, that of the whole process. Costs tens of µs. */
export function threadCpuMs(): number {
  const usage = (process as unknown as WithThreadUsage).threadCpuUsage?.();
  if (usage) return (usage.user + usage.system) / 1_000;
  return cpuMsIn('/proc/thread-self/stat') ?? processCpuMs();
}

/** Returns the CPU time of all threads of this process. */
export function processCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Returns the number by which another thread can ask for the CPU time of the calling one; 0 if nothing tells it. */
export function threadNumber(): number {
  try {
    return Number(/\/(\d+)$/.exec(readlinkSync('/proc/thread-self'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Returns the CPU time of a thread of this process by its number; where nothing tells it, that of the whole process. */
export function cpuMsOfThread(number: number): number {
  const ofThread = number > 0 ? cpuMsIn(`/proc/self/task/${number}/stat`) : null;
  return ofThread ?? processCpuMs();
}

function cpuMsIn(path: string): number | null {
  try {
    // The name of the thread, in parentheses, may have blanks; the times are the 12th and 13th word behind it.
    const text = readFileSync(path, 'latin1');
    const words = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ms = (Number(words[11]) + Number(words[12])) * msPerTick;
    return Number.isFinite(ms) ? ms : null;
  } catch {
    return null;
  }
}
