/**
 * Instruments of the benchmark (test/bench/measure): CPU and memory of processes, standstills of the machine, disks,
 * the spread of repetitions. They observe and start no load; ../sides does.
 */
import { readFileSync } from 'node:fs';

export interface Usage {
  /** User and system time of all threads, and of child processes that have exited. */
  cpuSeconds: number;
  /** Largest resident set since the process started. */
  rssPeakBytes: number;
  /** Current resident set. */
  rssBytes: number;
  /** Bytes that the process had written to block devices: whole pages, and none on a file system in memory. */
  diskBytes: number;
}

/** Clock ticks in /proc: 100 a second on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** Sum of the resources that the processes have used so far. Null if the system does not report them (not Linux). */
export function usageOf(pids: readonly number[]): Usage | null {
  try {
    return pids.map(usageOfOne).reduce((sum, one) => ({
      cpuSeconds: sum.cpuSeconds + one.cpuSeconds,
      rssPeakBytes: sum.rssPeakBytes + one.rssPeakBytes,
      rssBytes: sum.rssBytes + one.rssBytes,
      diskBytes: sum.diskBytes + one.diskBytes,
    }));
  } catch {
    return null;
  }
}

/** Resources used between two readings; memory is that of the later one. */
export function usedBetween(before: Usage | null, after: Usage | null): Usage | null {
  if (!before || !after) return null;
  return {
    ...after,
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    diskBytes: after.diskBytes - before.diskBytes,
  };
}

function usageOfOne(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may contain spaces; the fields after it start with number 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = [14, 15, 16, 17].reduce((sum, field) => sum + Number(fields[field - 3]), 0);
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    cpuSeconds: ticks / ticksPerSecond,
    rssPeakBytes: numberIn(/VmHWM:\s+(\d+) kB/, status) * 1_024,
    rssBytes: numberIn(/VmRSS:\s+(\d+) kB/, status) * 1_024,
    diskBytes: numberIn(/^write_bytes: (\d+)/m, ioOf(pid)),
  };
}

function numberIn(pattern: RegExp, text: string): number {
  return Number(pattern.exec(text)?.[1] ?? Number.NaN);
}

/** Returns an empty text for a process of another user, whose counters are private. */
function ioOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/io`, 'utf8');
  } catch {
    return '';
  }
}
