/**
 * Takes a lock that names its holder (lock-file.mjs). It excludes processes on one machine. It does not exclude a process
 * in another container, which cannot be seen from here: each container needs its own data folder.
 */
import { tryLock } from './lock-file.mjs';
import { pidOf } from './process-identity.mjs';

/**
 * Returns a function that releases the lock. If a running process holds it, throws what `held` returns; `pid` is that
 * process's number, or null if it is unknown.
 * @throws system errors
 */
export function takeLock(path: string, held: (pid: number | null) => Error): () => void {
  const taken = tryLock(path);
  if ('release' in taken) return taken.release;
  throw held(pidOf(taken.holder) || null);
}
