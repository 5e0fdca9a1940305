import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findPackageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** The folder of package.json: data files are found from here, whether the code runs from source or from dist/. */
export const packageRoot = findPackageRoot();

/** The compiled entry of a worker thread or process, given its source path within the package (without extension). */
export function compiledEntry(sourcePath: string): string {
  return join(packageRoot, 'dist', `${sourcePath}.js`);
}

/** Where data is kept when nobody says otherwise: $XDG_DATA_HOME/harbinger or ~/.local/share/harbinger. */
export function defaultDataDir(): string {
  return join(process.env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'harbinger');
}
