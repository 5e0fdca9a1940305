/**
 * Identifies processes beyond their number. A process number is reused, as after a reboot or in a container where a
 * program always has the same one; the start time and the boot distinguish the processes. JavaScript, because the build
 * needs it before anything is compiled.
 *
 * A service may be forbidden to see parts of /proc (systemd's ProcSubset=pid hides the boot, ProtectProc= the processes
 * of others). After a power cut the number in a lock then belongs to some other service. So what is seen decides: a
 * process of another boot is gone, and a process that cannot be compared with the recorded one does not prove that the
 * recorded one lives. Only where the system tells nothing at all, as without /proc, is the number all there is.
 */
import { readFileSync } from 'node:fs';

/**
 * What the system tells; each answer is null where it cannot be seen.
 * @typedef {object} ProcessTable
 * @property {() => string | null} boot the identity of this boot
 * @property {(pid: number) => string[] | null} fields of /proc/PID/stat from the third on
 * @property {(pid: number) => boolean} exists
 */

/** Stands in an identity for a boot that could not be seen. */
const unseen = '-';

/** @type {ProcessTable} */
export const processTable = {
  boot: () => orNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
  // The second field is the name in brackets, which may contain blanks.
  fields: (pid) =>
    orNull(() => {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    }),
  exists(pid) {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
    }
  },
};

/**
 * Returns `pid bootId startTicks`, with `-` for a boot that is hidden; `pid` alone where the system does not say when
 * a process started.
 * @param {number} pid
 * @param {ProcessTable} table
 */
export function identityOf(pid, table = processTable) {
  const started = startOf(pid, table);
  return started === null ? String(pid) : `${pid} ${table.boot() ?? unseen} ${started}`;
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
  return isRunningIn(processTable, identity);
}

/**
 * @param {ProcessTable} table
 * @param {string} identity
 */
export function isRunningIn(table, identity) {
  const pid = pidOf(identity);
  if (!Number.isSafeInteger(pid) || pid <= 0 || !table.exists(pid)) return false;
  if (['Z', 'X'].includes(table.fields(pid)?.[0] ?? '')) return false;
  // Without start times, even of this process, the system tells nothing more than that the number is taken.
  if (startOf(process.pid, table) === null) return true;
  const [, boot = unseen, started] = identity.split(' ');
  const bootNow = table.boot() ?? unseen;
  if (boot !== unseen && bootNow !== unseen && boot !== bootNow) return false;
  return started !== undefined && started === startOf(pid, table);
}

/**
 * @param {number} pid
 * @param {ProcessTable} table
 */
function startOf(pid, table) {
  return table.fields(pid)?.[19] ?? null;
}

/**
 * @template T
 * @param {() => T} read
 */
function orNull(read) {
  try {
    return read();
  } catch {
    return null;
  }
}
