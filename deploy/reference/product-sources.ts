import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../shared/files/paths.ts';

export interface Source {
  /** Within the package, with slashes. */
  path: string;
  text: string;
}

const folders = ['shared', 'gateway', 'cloud', 'models', 'deploy'];

/** The product's own TypeScript, and the JavaScript that builds it: neither tests nor the page, which runs in browsers. */
export function productSources(): Source[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' }).map(
        (name) => `${folder}/${name.replaceAll('\\', '/')}`,
      ),
    )
    .filter((path) => /\.(ts|mjs)$/.test(path) && !/\.(test|testing|d)\.ts$/.test(path))
    .filter((path) => !path.startsWith('cloud/console/'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(packageRoot, path), 'utf8') }));
}
