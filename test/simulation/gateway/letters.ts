/** The gateway's own dead letters on the simulated disk, and a reader for the check after the run. */
import {
  type DeadLetters,
  type DeadLettersOptions,
  openDeadLetters,
} from '../../../gateway/deadletters/dead-letters.ts';
import type { JournalFs } from '../../../gateway/journal/fs.ts';
import { openRecords } from '../../../gateway/journal/records/open-records.ts';
import type { DeadLetter } from '../../../gateway/ports/dead-letters.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import type { Random } from '../../../shared/runtime/random.ts';

export function openLetters(
  options: DeadLettersOptions,
  on: { fs: JournalFs; clock: Clock; random: Random },
): Promise<DeadLetters> {
  const { log } = options;
  return openDeadLetters({ ...options, openRecords: (dir) => openRecords({ dir, ...on, log }) });
}

/** All dead letters in a folder, oldest first. The disk must be without faults. */
export async function readLetters(
  dir: string,
  on: { fs: JournalFs; clock: Clock; random: Random },
): Promise<{ letters: DeadLetter[]; dropped: number }> {
  const unbounded = {
    dir,
    countMax: 1e9,
    bytesMax: 1e9,
    ageDaysMax: 1e6,
    clock: on.clock,
    openRecords: () => Promise.reject(),
    log: silentLog,
  };
  const letters = await openLetters(unbounded, on);
  const all: DeadLetter[] = [];
  for (let page = await letters.list({ limit: 1_000 }); page.length > 0; ) {
    all.push(...page);
    page = await letters.list({ limit: 1_000, beforeId: page.at(-1)!.id });
  }
  const { dropped } = letters.counts();
  await letters.stop();
  return { letters: all.reverse(), dropped };
}
