import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

function findPackageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** The folder of package.json, from which data files are found, whether the code runs from source or from dist/. */
export const packageRoot = findPackageRoot();

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
