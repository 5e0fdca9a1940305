import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, HarbingerError, messageOf } from '../runtime/errors.ts';
import { makeFolder } from './make-folder.ts';
import { type RunFile, readRunFile, runFileName } from './run-file.ts';

/**
 * Makes the data folder where there is none, for its owner alone, and looks whether it can be written.
 * @throws HarbingerError DATA_DIR, also where the other role keeps its data there
 */
export function prepareDataDir(dataDir: string, role: RunFile['role']): void {
  makeDataDir(dataDir);
  if (!existsSync(join(dataDir, runFileName))) return;
  let other: RunFile['role'];
  try {
    other = readRunFile(dataDir).role;
  } catch {
    return; // It will be written anew.
  }
  if (other !== role) throw refused(`the data folder ${dataDir} is a ${other}'s, not a ${role}'s`);
}

/**
 * Makes the folder where there is none, for its owner alone.
 * @throws HarbingerError DATA_DIR if that fails, or if this user may not write to it
 */
export function makeDataDir(dataDir: string): void {
  try {
    makeFolder(dataDir, 0o700);
    accessSync(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unusable(dataDir, error);
  }
}

/** The error for a data folder in which something failed. */
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

/** No error of the configuration: a disk may come back, so a service is to be started again. */
function refused(problem: string): HarbingerError {
  return new HarbingerError('DATA_DIR', 'cli', `${problem}; choose another with --data (or dataDir)`);
}
