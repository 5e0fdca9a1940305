import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { HarbingerError, messageOf } from './errors.ts';
import { type RunFile, readRunFile, runFileName } from './run-file.ts';

/**
 * Makes the data folder where there is none, for its owner alone, and looks whether it can be written.
 * @throws HarbingerError DATA_DIR, also where the other role keeps its data there
 */
export function prepareDataDir(dataDir: string, role: RunFile['role']): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw refused(
      `the data folder cannot be used: ${messageOf(error)}; it must be one that this user may write to`,
    );
  }
  if (!existsSync(join(dataDir, runFileName))) return;
  let other: RunFile['role'];
  try {
    other = readRunFile(dataDir).role;
  } catch {
    return; // It will be written anew.
  }
  if (other !== role) throw refused(`the data folder ${dataDir} is a ${other}'s, not a ${role}'s`);
}

function refused(problem: string): HarbingerError {
  return new HarbingerError('DATA_DIR', 'config', `${problem}; choose another with --data (or dataDir)`);
}
