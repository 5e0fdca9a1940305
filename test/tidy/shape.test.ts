/** Files are short, folders are small, and every file is used. */
import { extname } from 'node:path';
import { expect, it } from 'vitest';
import { isErrorCatalogue, needlessExceptions, unreached } from './entries.ts';
import { floors } from './rules.ts';
import { files, folderOf, isTest, sources, textOf } from './tree.ts';

const linesMax = 300;
const sourcesInFolderMax = 12;

it('no file that people write is longer than 300 lines', () => {
  const written = files.filter((path) => /\.(ts|tsx|mjs|cjs|js|css|html|sh)$/.test(path));
  expect(new Set(written.map((path) => extname(path)))).toContain('.css');
  const long = written.filter((path) => textOf(path).split('\n').length > linesMax + 1);
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

it('every product file is reached from an entry of a process, a thread or a page, others at least from a test', () => {
  expect(unreached()).toEqual([]);
  expect(needlessExceptions()).toEqual([]);
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
