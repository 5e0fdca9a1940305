/**
 * Identifies processes beyond their number. A process number is reused, as after a reboot or in a container where a
 * program always has the same one; the start time distinguishes the processes. JavaScript, because the build needs it
 * before anything is compiled.
 */
import { readFileSync } from 'node:fs';

/**
 * Returns `pid`, or `pid bootId startTicks` if the system provides these (Linux).
 * @param {number} pid
 */
export function identityOf(pid) {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${pid} ${boot.trim()} ${fieldsOf(pid)[19]}`;
  } catch {
    return String(pid);
  }
}

/** @param {string} identity */
export function pidOf(identity) {
  return Number(identity.split(' ', 1)[0]);
}

/**
 * True if the process with this identity runs. A zombie, which has ended but was not waited for, does not run.
 * @param {string} identity
 */
export function isRunning(identity) {
  const pid = pidOf(identity);
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
  }
  if (isZombie(pid)) return false;
  const now = identityOf(pid);
  const comparable = now.includes(' ') && identity.includes(' ');
  return !comparable || now === identity;
}

/** @param {number} pid */
function isZombie(pid) {
  try {
    return ['Z', 'X'].includes(fieldsOf(pid)[0] ?? '');
  } catch {
    return false;
  }
}

/**
 * Returns the fields of /proc/PID/stat from the third on. The second is the name in brackets, which may contain blanks.
 * @param {number} pid
 */
function fieldsOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
