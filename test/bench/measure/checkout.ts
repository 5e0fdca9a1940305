import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const gitMsMax = 5_000;

/** The commit that a checkout is at, as `git rev-parse --short HEAD` says; null where it is none or git is missing. */
export function commitOf(folder: string): string | null {
  // Git itself would look further up, and find the repository of whoever has this folder in theirs.
  if (!existsSync(join(folder, '.git'))) return null;
  try {
    const options = { cwd: folder, encoding: 'utf8', timeout: gitMsMax } as const;
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      ...options,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return null;
  }
}
