import { readFileSync } from 'node:fs';

export interface Usage {
  /** User and system time of all threads, and of children that have ended. */
  cpuSeconds: number;
  /** Largest resident set since the process began. */
  rssPeakBytes: number;
}

/** Clock ticks in /proc are 100 a second on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** What processes have used so far, added up. Null where the system does not say (it is no Linux). */
export function usageOf(pids: readonly number[]): Usage | null {
  try {
    return pids.map(usageOfOne).reduce((sum, one) => ({
      cpuSeconds: sum.cpuSeconds + one.cpuSeconds,
      rssPeakBytes: sum.rssPeakBytes + one.rssPeakBytes,
    }));
  } catch {
    return null;
  }
}

function usageOfOne(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold spaces; the fields after it start with number 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = [14, 15, 16, 17].reduce((sum, field) => sum + Number(fields[field - 3]), 0);
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return { cpuSeconds: ticks / ticksPerSecond, rssPeakBytes: Number(peak?.[1] ?? Number.NaN) * 1_024 };
}
