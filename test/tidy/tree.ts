/**
 * Tidiness (test/tidy): tests of the source tree itself: imports, sizes, names, comments, documents. They read files
 * as text. An exception to a rule is an entry in rules.ts with its reason.
 *
 * The files of the product as a list of sources, read once, with or without git.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../shared/files/paths.ts';

export interface Source {
  /** Relative to the root, with forward slashes. */
  path: string;
  text: string;
}

/**
 * Every file that is part of the product, relative to the root, without build output and installed packages: what git
 * tracks, so that a person's own files in the clone are nobody's fault; without git, every file that is not ignored.
 */
export const files: readonly string[] =
  (existsSync(join(packageRoot, '.git')) && trackedIn(packageRoot)) || walked('');

export const sources: readonly Source[] = files
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => ({ path, text: textOf(path) }));

/** Unit tests and their helpers are beside the code. */
export const isTest = (path: string): boolean => /\.(test|testing)\.tsx?$/.test(path);

/** Product code that runs in Node: neither a test, nor part of test/, nor the page in the browser. */
export const product: readonly Source[] = sources.filter(
  ({ path }) => !isTest(path) && !path.startsWith('test/') && !path.startsWith('cloud/console/'),
);

export function textOf(path: string): string {
  return readFileSync(join(packageRoot, path), 'utf8');
}

export function folderOf(path: string): string {
  const folder = dirname(path);
  return folder === '.' ? '' : folder;
}

/** The files of a clone that git tracks; null if git is not installed or does not accept this folder. */
export function trackedIn(root: string): string[] | null {
  try {
    const listed = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8', stdio: 'pipe' });
    const found = listed.split('\0').filter((path) => path !== '' && existsSync(join(root, path)));
    return found.length > 0 ? found : null;
  } catch {
    return null;
  }
}

/** The entries of .gitignore that name a folder or a file in the root. */
function ignored(): Set<string> {
  const lines = existsSync(join(packageRoot, '.gitignore')) ? textOf('.gitignore').split('\n') : [];
  return new Set(['.git', 'node_modules', 'dist', ...lines.map((line) => line.replace(/^\/|\/$/g, ''))]);
}

function walked(folder: string, skip: ReadonlySet<string> = ignored()): string[] {
  return readdirSync(join(packageRoot, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (skip.has(entry.name) || entry.name.endsWith('.log')) return [];
    if (entry.isDirectory()) return walked(path, skip);
    return entry.isFile() ? [path] : [];
  });
}
