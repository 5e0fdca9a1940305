/** Files are short, folders are small, and every file is used. */
import { expect, it } from 'vitest';
import { isErrorCatalogue, unreached } from './entries.ts';
import { floors } from './rules.ts';
import { files, folderOf, isTest, sources, textOf } from './tree.ts';

const linesMax = 300;
const sourcesInFolderMax = 12;

it('no file is longer than 300 lines', () => {
  const long = sources.filter(({ text }) => text.split('\n').length > linesMax + 1).map(({ path }) => path);
  expect(long).toEqual([]);
});

it('no folder has more than 12 source files, tests and error catalogues apart', () => {
  const counts = new Map<string, number>();
  for (const { path } of sources) {
    if (!isTest(path) && !isErrorCatalogue(path))
      counts.set(folderOf(path), (counts.get(folderOf(path)) ?? 0) + 1);
  }
  const large = [...counts].filter(([, count]) => count > sourcesInFolderMax);
  expect(large.map(([folder, count]) => `${folder}: ${count}`)).toEqual([]);
});

it('every file is imported, or is an entry of a process, a thread, a page or a test', () => {
  expect(unreached()).toEqual([]);
});

it('only the allowed folders are at the top level', () => {
  const top = new Set(files.map((path) => path.split('/')[0]!).filter((name) => !name.startsWith('.')));
  const expected = [
    ...Object.keys(floors),
    'LICENSE',
    'README.md',
    'package-lock.json',
    'package.json',
    'tsconfig.json',
  ];
  expect([...top].filter((name) => !expected.includes(name))).toEqual([]);
});

it('the lock file names no host of a package registry', () => {
  expect(textOf('package-lock.json')).not.toMatch(/"resolved":\s*"http/);
});
