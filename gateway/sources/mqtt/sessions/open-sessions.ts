import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setAside } from '../../../../shared/files/set-aside.ts';
import { codeOf, HarbingerError, messageOf } from '../../../../shared/runtime/errors.ts';
import type { Log } from '../../../../shared/runtime/log.ts';
import type { OpenRecords, Records } from '../../../ports/records.ts';
import { importLevelSessions } from './import/leveldb-import.ts';

export interface OpenedSessions {
  records: Records;
  /** All records by key: a session comes before its messages, and these are in their order. */
  loaded: [key: string, value: Buffer][];
}

export interface OpenSessionsDeps {
  openRecords: OpenRecords;
  nowMs: number;
  log: Log;
}

/**
 * Opens or creates the sessions in the folder `sessions` of `dataDir`, and reads all of them, which are few because of
 * their limits. An unreadable folder is set aside, which is logged, and the broker starts without sessions. @throws
 * HarbingerError JOURNAL_VERSION, BROKER_STORE_LOCKED (another process uses it), BROKER_STORE_FAILED (the folder is unusable)
 */
export async function openSessions(dataDir: string, deps: OpenSessionsDeps): Promise<OpenedSessions> {
  const folder = join(dataDir, 'sessions');
  const opened = await openOrReplace(folder, deps);
  const { records } = opened;
  try {
    const hasImported = await importLevelSessions(join(dataDir, 'broker'), records, opened.loaded, deps);
    return hasImported ? { records, loaded: await readAll(records) } : opened;
  } catch (error) {
    await records.stop();
    const message = `cannot import the sessions of an earlier version: ${messageOf(error)}; check the disk`;
    throw new HarbingerError('BROKER_STORE_FAILED', 'broker', message, { cause: error });
  }
}

async function openOrReplace(folder: string, deps: OpenSessionsDeps): Promise<OpenedSessions> {
  try {
    return await open(folder, deps);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'JOURNAL_LOCKED') throw lockedError(folder);
    if (code === 'JOURNAL_VERSION') throw error;
    const reason = messageOf(error);
    try {
      if (isOfTheSystem(error)) throw error;
      const aside = `${folder}.damaged-${deps.nowMs}`;
      if (existsSync(folder)) setAside(folder, aside);
      const opened = await open(folder, deps);
      deps.log.error(
        { aside, reason },
        'retained messages and sessions could not be read; they were moved aside and the broker starts with none',
      );
      return opened;
    } catch (again) {
      const message = `cannot use ${folder}: ${reason}`;
      throw new HarbingerError('BROKER_STORE_FAILED', 'broker', message, { cause: again });
    }
  }
}

const systemCodes = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EMFILE', 'ENFILE', 'ENOMEM']);

/** A full disk or missing rights say nothing about the data: the sessions stay where they are until the next start. */
function isOfTheSystem(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return systemCodes.has(codeOf(error) ?? '') || systemCodes.has(codeOf(cause) ?? '');
}

async function open(folder: string, { openRecords }: OpenSessionsDeps): Promise<OpenedSessions> {
  const records = await openRecords(folder);
  try {
    return { records, loaded: await readAll(records) };
  } catch (error) {
    await records.stop();
    throw error;
  }
}

async function readAll(records: Records): Promise<OpenedSessions['loaded']> {
  const loaded: OpenedSessions['loaded'] = [];
  for await (const entry of records.entries()) loaded.push(entry);
  return loaded.sort(([a], [b]) => (a < b ? -1 : 1));
}

function lockedError(folder: string): HarbingerError {
  return new HarbingerError(
    'BROKER_STORE_LOCKED',
    'broker',
    `${folder} is in use by another gateway; stop that one or give this one its own --data folder`,
  );
}
