/**
 * Identifies processes beyond their number. A process number is reused, as after a reboot or in a container where a
 * program always has the same one; the start time distinguishes the processes.
 */
import { readFile } from 'node:fs/promises';
import { codeOf } from '../runtime/errors.ts';

/** Returns `pid`, or `pid bootId startTicks` if the system provides these (Linux). */
export async function identityOf(pid: number): Promise<string> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${pid} ${boot.trim()} ${(await fieldsOf(pid))[19]}`;
  } catch {
    return String(pid);
  }
}

export function pidOf(identity: string): number {
  return Number(identity.split(' ', 1)[0]);
}

/** True if the process with this identity runs. A zombie, which has ended but was not waited for, does not run. */
export async function isRunning(identity: string): Promise<boolean> {
  const pid = pidOf(identity);
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  if (await isZombie(pid)) return false;
  const now = await identityOf(pid);
  const comparable = now.includes(' ') && identity.includes(' ');
  return !comparable || now === identity;
}

async function isZombie(pid: number): Promise<boolean> {
  const state = await fieldsOf(pid).then(
    ([first]) => first,
    () => undefined,
  );
  return state === 'Z' || state === 'X';
}

/**
 * Returns the fields of /proc/PID/stat from the third on. The second is the name in brackets, which may contain blanks.
 */
async function fieldsOf(pid: number): Promise<string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
