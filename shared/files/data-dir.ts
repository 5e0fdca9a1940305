import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, HarbingerError, messageOf } from '../runtime/errors.ts';
import { makeFolder } from './make-folder.ts';
import { takeLock } from './process-lock.ts';
import { type RunFile, readRunFile, runFileName } from './run-file.ts';

/** Is in a data folder from the beginning of a restore until it is complete. */
export const restoreMarker = 'restore-unfinished';

/**
 * Creates the data folder if it is missing, accessible to its owner only, and checks that it can be written. @throws
 * HarbingerError DATA_DIR, also if the other role keeps its data there
 */
export function prepareDataDir(dataDir: string, role: RunFile['role']): void {
  makeDataDir(dataDir);
  if (existsSync(join(dataDir, restoreMarker)))
    throw refused(
      `the data folder ${dataDir} has what an unfinished restore has left; delete its content and restore again`,
    );
  if (!existsSync(join(dataDir, runFileName))) return;
  let other: RunFile['role'];
  try {
    other = readRunFile(dataDir).role;
  } catch {
    return; // It will be rewritten.
  }
  if (other !== role) throw refused(`the data folder ${dataDir} is a ${other}'s, not a ${role}'s`);
}

/**
 * Creates the folder if it is missing, accessible to its owner only. @throws HarbingerError DATA_DIR if that fails, or
 * if this user may not write to it
 */
export function makeDataDir(dataDir: string): void {
  try {
    makeFolder(dataDir, 0o700);
    accessSync(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unusable(dataDir, error);
  }
}

/**
 * Reserves the data folder for this process; returns a function that gives it up. @throws HarbingerError
 * DATA_DIR_LOCKED if another process has reserved it, DATA_DIR
 */
export function lockDataDir(dataDir: string): () => void {
  const held = (pid: number | null) =>
    new HarbingerError(
      'DATA_DIR_LOCKED',
      'cli',
      `the data folder ${dataDir} is in use by process ${pid ?? 'unknown'}; stop it, or give each its own folder ` +
        'with --data (or dataDir)',
    );
  try {
    return takeLock(join(dataDir, 'lock'), held);
  } catch (error) {
    throw error instanceof HarbingerError ? error : unusable(dataDir, error);
  }
}

/** Returns the error for a data folder in which an operation failed. */
export function unusable(dataDir: string, error: unknown): HarbingerError {
  const advice = {
    ENOSPC: 'the disk is full: free some space there',
    EEXIST: 'there is a file in its place',
    ENOTDIR: 'a part of its path is a file',
    ENAMETOOLONG: 'its path is too long',
  }[codeOf(error) ?? ''];
  const needed = advice ?? 'it must be one that this user may write to';
  return refused(`the data folder ${dataDir} cannot be used: ${messageOf(error)}; ${needed}`);
}

/**
 * The code is not one of the configuration, because a disk may come back: service managers then start the process
 * again.
 */
function refused(problem: string): HarbingerError {
  return new HarbingerError('DATA_DIR', 'cli', `${problem}; choose another with --data (or dataDir)`);
}
