/**
 * Main thread: what a gateway leaves to the next one when its data thread had to be ended over a message: a file in the
 * data folder, until a gateway is stopped in order. The next one reads no message by a layout, and each under a time limit,
 * which finds most of such messages. For one that no time limit ends, because a built-in function does not
 * return, it notes which it was, so that the gateway ends over it twice and not for ever.
 */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularText } from '../../../shared/files/read-regular.ts';
import { replaceFileSync } from '../../../shared/files/replace.ts';

const suspectsMax = 100;
const digestForm = /^[0-9a-f]{64}$/;

export class StuckNote {
  private readonly path: string;
  /** Digests of the messages over which gateways have ended, oldest first; null if none has. */
  readonly suspects: readonly string[] | null;

  /** A file that cannot be read counts as one without suspects. */
  constructor(dataDir: string) {
    this.path = join(dataDir, 'stuck-messages');
    this.suspects = existsSync(this.path) ? readSuspects(this.path) : null;
  }

  /** @param digest that of the message in hand, if it is known @throws system errors */
  write(digest: string | null): void {
    const suspects = [...(this.suspects ?? []), ...(digest === null ? [] : [digest])];
    const newest = [...new Set(suspects)].slice(-suspectsMax);
    replaceFileSync(this.path, newest.map((suspect) => `${suspect}\n`).join(''));
  }

  /** Never throws: a note that stays costs the next gateway some speed. */
  remove(): void {
    if (this.suspects === null) return;
    try {
      rmSync(this.path, { force: true });
    } catch {}
  }
}

function readSuspects(path: string): string[] {
  try {
    return readRegularText(path)
      .split('\n')
      .filter((line) => digestForm.test(line));
  } catch {
    return [];
  }
}
