/** Tests only: opens the sessions in a folder, on a disk that fails when told to. */

import { systemClock } from '../../../../shared/runtime/clock.ts';
import { type Log, silentLog } from '../../../../shared/runtime/log.ts';
import { type JournalFs, nodeJournalFs } from '../../../journal/fs.ts';
import { openRecords } from '../../../journal/records/open-records.ts';
import { type OpenedSessions, openSessions } from './open-sessions.ts';

export class FailingDisk {
  isFailing = false;

  get fs(): JournalFs {
    return {
      ...nodeJournalFs,
      open: async (path, mode) => {
        if (mode === 'create') this.check();
        const file = await nodeJournalFs.open(path, mode);
        return {
          ...file,
          write: async (buffers, position) => {
            this.check();
            await file.write(buffers, position);
          },
        };
      },
    };
  }

  private check(): void {
    if (this.isFailing) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
  }
}

export function openTestSessions(
  dataDir: string,
  {
    disk = new FailingDisk(),
    nowMs = 0,
    log = silentLog,
  }: { disk?: FailingDisk; nowMs?: number; log?: Log } = {},
): Promise<OpenedSessions> {
  const open = (dir: string) => openRecords({ dir, fs: disk.fs, clock: systemClock, log });
  return openSessions(dataDir, { openRecords: open, nowMs, log });
}
