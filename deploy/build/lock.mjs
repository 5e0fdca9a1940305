/** Lets one build of a tree run at a time: the second waits for the first and then finds everything built. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { tryLock } from '../../shared/files/lock-file.mjs';
import { pidOf } from '../../shared/files/process-identity.mjs';
import { Problem } from './problem.mjs';

const pollMs = 100;
const waitMsMax = 300_000;

/**
 * Waits for the lock; resolves to a function that releases it.
 * @param {string} path
 * @param {(holder: number) => void} waiting called once if another process holds it
 * @returns {Promise<() => void>}
 */
export async function takeLock(path, waiting) {
  mkdirSync(dirname(path), { recursive: true });
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    const taken = tryLock(path);
    if ('release' in taken) return taken.release;
    if (waitedMs === 0) waiting(pidOf(taken.holder));
    if (waitedMs > waitMsMax)
      throw new Problem(
        'BUILD_LOCKED',
        `another build has held ${path} for ${waitMsMax / 1_000} s (process ${taken.holder}); end it and try again`,
      );
    await delay(pollMs);
  }
}
