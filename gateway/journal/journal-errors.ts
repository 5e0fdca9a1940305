import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';

/** The lane and folder that an error message names. */
export interface LaneFolder {
  lane: string;
  dir: string;
}

export function stoppedError({ lane }: LaneFolder): HarbingerError {
  return new HarbingerError(
    'JOURNAL_STOPPED',
    'journal',
    `lane ${lane} is stopped: the gateway is shutting down; try again once it runs again`,
    { retry: true },
  );
}

export function blockSizeError({ lane }: LaneFolder, what: string, bytesMax: number): HarbingerError {
  return new HarbingerError(
    'JOURNAL_BLOCK_SIZE',
    'journal',
    `block of ${what} does not fit lane ${lane} (at most ${bytesMax} bytes on disk): make smaller blocks, or raise the journal's bytesMax`,
  );
}

export function busyError({ lane }: LaneFolder, waitingBytes: number): HarbingerError {
  return new HarbingerError(
    'JOURNAL_BUSY',
    'journal',
    `${waitingBytes} bytes already wait to be written to lane ${lane}; try again in a moment`,
    { retry: true },
  );
}

export function fullError({ lane, dir }: LaneFolder, why: string, cause?: unknown): HarbingerError {
  return new HarbingerError(
    'JOURNAL_FULL',
    'journal',
    `no room for lane ${lane} in ${dir}: ${why} and nothing may be dropped; free the disk, raise the journal's bytesMax, or bring the link to the cloud back`,
    { retry: true, cause },
  );
}

export function writeError({ lane, dir }: LaneFolder, cause: unknown): HarbingerError {
  return new HarbingerError(
    'JOURNAL_WRITE',
    'journal',
    `writing lane ${lane} in ${dir} failed: ${messageOf(cause)}; check the disk (it is tried again with the next block)`,
    { retry: true, cause },
  );
}

/** The segment at `path` holds acknowledged blocks, and is not where it was. */
export function removedError(path: string): HarbingerError {
  return new HarbingerError(
    'JOURNAL_REMOVED',
    'journal',
    `${path}, which is in use, was deleted or replaced: nothing is acknowledged until it is back in its place; ` +
      'if it cannot be put back, let the gateway send what it still has, and then restart it',
    { retry: true },
  );
}

export function readError({ lane, dir }: LaneFolder, cause: unknown): HarbingerError {
  return new HarbingerError(
    'JOURNAL_READ',
    'journal',
    `reading lane ${lane} in ${dir} failed: ${messageOf(cause)}; check the disk`,
    { retry: true, cause },
  );
}
