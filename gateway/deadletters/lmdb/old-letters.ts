import { type Ledger, type StoredLetter, sizeOf } from '../letter-record.ts';

/** The databases in the lmdb file of version 0.1.0. lmdb is loaded only here; nothing else in the gateway needs it. */
export async function openOldLetters(path: string) {
  const { open } = await import('lmdb');
  const env = open({ path, noSubdir: true, maxDbs: 2 });
  return {
    letters: env.openDB<StoredLetter, number>({ name: 'letters' }),
    ledger: env.openDB<Ledger, string>({ name: 'ledger' }).get('ledger'),
    close: () => env.close(),
  };
}

/** Reads every letter once: damage shows here, by an error or by the end of the process. */
export async function readThrough(path: string): Promise<void> {
  const old = await openOldLetters(path);
  try {
    for (const { value } of old.letters.getRange()) sizeOf(value);
  } finally {
    await old.close();
  }
}

/** lmdb uses errno numbers for the system's errors, and numbers below -30000 for its own. */
export function isSystemError(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' || (typeof code === 'number' && code > 0);
}
