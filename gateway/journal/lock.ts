/** Prevents a second gateway from using the same journal. */

import { takeLock } from '../../shared/files/process-lock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';

/** Resolves with a function that releases the lock. @throws HarbingerError JOURNAL_LOCKED */
export async function lockJournal(path: string): Promise<() => Promise<void>> {
  const release = takeLock(
    path,
    (pid) =>
      new HarbingerError(
        'JOURNAL_LOCKED',
        'journal',
        `${path} is held by process ${pid ?? 'unknown'}: another gateway uses this data folder; stop it, or give each gateway its own folder (--data)`,
      ),
  );
  return async () => release();
}
