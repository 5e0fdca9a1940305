/** A pseudo terminal, to stand for a device on a serial line. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, symlinkSync } from 'node:fs';
import { findOnPath } from './debian/packages.ts';
import { reasonToSkip } from './needed.ts';

/** util-linux' `script` creates the terminal; text written to its standard input arrives at the terminal. */
export const noTerminals = reasonToSkip(
  findOnPath('script') === null ? { unavailable: 'no `script` (Debian: bsdutils)' } : {},
);

export interface Terminal {
  write(text: string): void;
  /** Removes the terminal, as when a device is unplugged. */
  unplug(): Promise<void>;
}

/** Creates a terminal, and makes `link` refer to it. Whoever creates it unplugs it. */
export async function plugTerminal(link: string): Promise<Terminal> {
  const child: ChildProcess = spawn('script', ['-qfc', 'tty; exec sleep 600', '/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const [name] = (await once(child.stdout!, 'data')) as [Buffer];
  symlinkSync(name.toString().trim(), `${link}.new`);
  renameSync(`${link}.new`, link);
  child.stdin!.on('error', () => undefined);
  return {
    write: (text) => void child.stdin!.write(text),
    async unplug() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
