/**
 * Tells whether a process that was noted down still runs. A process number is given again, as after a reboot or in a
 * container where a program always has the same one; the start time tells the two apart.
 */
import { readFile } from 'node:fs/promises';
import { codeOf } from '../runtime/errors.ts';

/** `pid`, or `pid bootId startTicks` where the system tells (Linux). */
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

/** Whether the process of that identity runs. One that has ended and that nobody has waited for does not. */
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

/** The fields of /proc/PID/stat from the third on: the second is the name in brackets, which may hold blanks. */
async function fieldsOf(pid: number): Promise<string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
