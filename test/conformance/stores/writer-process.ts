/** Starts processes that store batches until they are killed (embedded-writer.ts). */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { compiledEntry } from '../../../shared/files/paths.ts';
import { reasonToSkip } from '../../support/needed.ts';

const writerEntry = compiledEntry('test/conformance/stores/embedded-writer');

export const notBuilt = reasonToSkip(
  existsSync(writerEntry) ? {} : { unavailable: 'npm run build:tests comes first' },
);

/**
 * Starts a writer process. Resolves when it has confirmed `count` batches, and with a mode has done three times what that
 * asks for.
 */
export async function writerThatHasConfirmed(path: string, first: number, count: number, mode = '') {
  const child: ChildProcess = spawn(process.execPath, [writerEntry, path, String(first), mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const confirmed: number[] = [];
  let done = 0;
  const enough = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (line === 'freed' || line === 'retained') done++;
      else if (line !== 'started') confirmed.push(Number(line));
      if (confirmed.length >= count && (mode === '' || done >= 3)) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the writer ended with ${code}`)));
  });
  await enough;
  return { child, confirmed };
}
