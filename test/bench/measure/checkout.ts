import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const shownDigits = 7;

/**
 * The short name of the commit that is checked out, read from the checkout's files; null if the folder is not a checkout.
 */
export function commitOf(folder: string): string | null {
  try {
    const git = gitFolder(join(folder, '.git'));
    const head = textOf(join(git, 'HEAD')) ?? '';
    const [, branch] = /^ref: (.+)$/.exec(head) ?? [];
    const commit = branch === undefined ? head : commitOfBranch(git, branch);
    return /^[0-9a-f]{40,64}$/.test(commit) ? commit.slice(0, shownDigits) : null;
  } catch {
    return null;
  }
}

/** In a linked work tree `.git` is a file that names the folder. */
function gitFolder(path: string): string {
  if (statSync(path).isDirectory()) return path;
  return resolve(path, '..', (textOf(path) ?? '').replace(/^gitdir: /, ''));
}

/** Branches are in the folder of the main work tree, each in a file of its own or together in `packed-refs`. */
function commitOfBranch(git: string, branch: string): string {
  const common = resolve(git, textOf(join(git, 'commondir')) ?? '.');
  const packed = (textOf(join(common, 'packed-refs')) ?? '').split('\n');
  const line = packed.find((text) => text.endsWith(` ${branch}`));
  return textOf(join(common, branch)) ?? line?.split(' ')[0] ?? '';
}

function textOf(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : null;
}
