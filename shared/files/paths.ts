import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Returns the nearest folder at or above `from` that has a package.json. @throws Error if there is none */
export function packageRootAbove(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder)
      throw new Error(
        `no package.json is in ${from} or above it: Harbinger finds its files by it; install it whole, with its package.json`,
      );
  }
}

/** The folder of package.json, from which data files are found, whether the code runs from source or from dist/. */
export const packageRoot = packageRootAbove(dirname(fileURLToPath(import.meta.url)));

/**
 * Returns the built entry of a worker thread or process, given its source path within the package (without extension).
 * Programs of the tests are built apart from the product (deploy/build/targets.mjs).
 */
export function compiledEntry(sourcePath: string): string {
  const folder = sourcePath.startsWith('test/') ? join('.cache', 'tests') : 'dist';
  return join(packageRoot, folder, `${sourcePath}.js`);
}

/** The default data folder, as an absolute path: $XDG_DATA_HOME/harbinger or ~/.local/share/harbinger. */
export function defaultDataDir(): string {
  return resolve(process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'harbinger');
}

/** The version of the product. */
export function ownVersion(): string {
  const about = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  return about.version;
}
