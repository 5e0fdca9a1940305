/** The packages that package.json and the lock file name: the same in both, needed, and from any registry. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../shared/files/paths.ts';
import { textOf } from './tree.ts';

type Dependencies = Record<string, string>;
interface Manifest {
  version: string;
  dependencies: Dependencies;
  devDependencies: Dependencies;
  optionalDependencies: Dependencies;
  engines: Dependencies;
}

const manifest = JSON.parse(textOf('package.json')) as Manifest;
const lock = JSON.parse(textOf('package-lock.json')) as { packages: Record<string, Partial<Manifest>> };

it('the lock file names no host of a package registry', () => {
  expect(textOf('package-lock.json')).not.toMatch(/"resolved":\s*"http/);
});

it('the lock file is of the packages and versions that package.json names', () => {
  const { dependencies, devDependencies, optionalDependencies, engines } = manifest;
  expect(lock.packages['']).toMatchObject({ dependencies, devDependencies, optionalDependencies, engines });
  const named = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
  expect(named.filter((name) => !(`node_modules/${name}` in lock.packages))).toEqual([]);
  for (const list of ['dependencies', 'devDependencies', 'optionalDependencies'] as const)
    expect(Object.keys(lock.packages['']?.[list] ?? {})).toEqual(Object.keys(manifest[list]));
});

it('types are not installed for a package that has its own', () => {
  const typed = Object.keys(manifest.devDependencies)
    .filter((name) => name.startsWith('@types/'))
    .map((name) => name.slice('@types/'.length).replace('__', '/'));
  const hasTypes = (name: string) => {
    const path = join(packageRoot, 'node_modules', name, 'package.json');
    // At the top, or as a condition of `exports`.
    return existsSync(path) && /"(types|typings)":\s*"[^"]+\.d\.[cm]?ts"/.test(readFileSync(path, 'utf8'));
  };
  expect(typed).not.toEqual([]);
  expect(typed.filter(hasTypes)).toEqual([]);
});

it('the import of data of 0.1.0, and LevelDB with it, ends with 1.0.0, as gateway/docs/0012-records.md says', () => {
  const major = Number(manifest.version.split('.')[0]);
  expect('classic-level' in manifest.dependencies).toBe(major < 1);
});
