import { execFile } from 'node:child_process';
import { compiledEntry } from '../../../shared/files/paths.ts';

/** Exit codes of the reading process. 1 is Node's own, for an error that was not caught. */
export const readerExits = { damaged: 3, system: 4 } as const;

/** Signals that the process causes itself by a fault; others come from a person or the system. */
const faults = ['SIGSEGV', 'SIGBUS', 'SIGABRT', 'SIGILL', 'SIGFPE', 'SIGTRAP'];

/**
 * Reads the old letters in a separate process. Resolves with the damage found, or null. @throws Error if the outcome
 * is unknown because the system failed or that process was ended from outside
 */
export function tryReading(
  path: string,
  entry = compiledEntry('gateway/deadletters/lmdb/old-letters-reader'),
) {
  return new Promise<string | null>((resolve, reject) => {
    const child = execFile(process.execPath, [entry, path], (error, _stdout, stderr) => {
      const { exitCode, signalCode } = child;
      if (error === null) resolve(null);
      else if (exitCode === readerExits.damaged) resolve(stderr);
      else if (signalCode !== null && faults.includes(signalCode))
        resolve(`reading it ended a process with ${signalCode}`);
      else reject(new Error(`reading ${path} failed: ${signalCode ?? (stderr.trim() || error.message)}`));
    });
  });
}
