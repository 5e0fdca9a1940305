/** Files that a process, a thread, a bundler or a test runner starts with, so that nothing has to import them. */
import { join, normalize } from 'node:path';
import { edgesBetweenSources } from './imports.ts';
import { files, folderOf, sources, textOf } from './tree.ts';

const isTestFile = (path: string) => path.endsWith('.test.ts');
const isTool = (path: string) => /(^|\/)[a-z]+\.config\.ts$/.test(path) || path.endsWith('.d.ts');
/** Files that the error reference finds by their name. */
export const isErrorCatalogue = (path: string) => path.endsWith('/error-codes.ts');

/** Entries named as built files in scripts and documents: `dist/a/b.js` and `.cache/tests/a/b.js`. */
function namedInScripts(): string[] {
  const scripts = ['package.json', ...files.filter((path) => /\.(service|sh|md|mjs)$/.test(path))];
  const built = /(?:\bdist|\.cache\/tests)\/([\w/-]+)\.js\b/g;
  const named = scripts.flatMap((path) => [...textOf(path).matchAll(built)]);
  return named.map((match) => `${match[1]}.ts`);
}

/** Entries named in `compiledEntry('a/b')`, and those of the bundle, which are listed in the same form. */
function namedInSources(): string[] {
  return sources.flatMap(({ path, text }) => {
    const quoted = path.endsWith('vite.config.ts')
      ? /'((?:[\w-]+\/)+[\w-]+)'/g
      : /compiledEntry\(\s*'([^']+)'/g;
    return [...text.matchAll(quoted)].map((match) => `${match[1]}.ts`);
  });
}

/** Entries that are scripts of a page. */
function namedInPages(): string[] {
  const pages = files.filter((path) => path.endsWith('.html'));
  return pages.flatMap((page) =>
    [...textOf(page).matchAll(/<script[^>]+src="\/?([^"]+)"/g)].map((match) =>
      normalize(join(folderOf(page), match[1]!)),
    ),
  );
}

/** Source files that are reached over imports neither from an entry nor from a test. */
export function unreached(): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of edgesBetweenSources) next.set(from, [...(next.get(from) ?? []), to]);
  const roots = [...namedInScripts(), ...namedInSources(), ...namedInPages()];
  const open = [
    ...roots,
    ...sources
      .map(({ path }) => path)
      .filter((path) => isTestFile(path) || isTool(path) || isErrorCatalogue(path)),
  ];
  const reached = new Set<string>();
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    open.push(...(next.get(path) ?? []));
  }
  return sources.map(({ path }) => path).filter((path) => !reached.has(path));
}
