/** Files that a process, a thread, a bundler or a test runner starts with, so that nothing has to import them. */
import { join, normalize } from 'node:path';
import { edgesBetweenSources } from './imports.ts';
import { files, folderOf, isTest, sources, textOf } from './tree.ts';

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

/** Folders whose files no product entry reaches, and why they are not dead. */
const reachedOtherwise: Readonly<Record<string, string>> = {
  'deploy/reference/': '`npm run docs` writes the references by running the tests beside them',
};
const isException = (path: string) => Object.keys(reachedOtherwise).some((folder) => path.startsWith(folder));

const isOfTests = (path: string) => path.startsWith('test/') || isTest(path);

/** Files that imports reach from `roots`, over files for which `passes` holds. */
function reachedFrom(roots: readonly string[], passes: (path: string) => boolean): Set<string> {
  const next = new Map<string, string[]>();
  for (const { from, to } of edgesBetweenSources) next.set(from, [...(next.get(from) ?? []), to]);
  const open = roots.filter(passes);
  const reached = new Set<string>();
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    open.push(...(next.get(path) ?? []).filter(passes));
  }
  return reached;
}

/** Product files that imports do not reach from an entry of the product: at most tests use them. Exceptions are among them. */
function unreachedByProduct(): string[] {
  const paths = sources.map(({ path }) => path).filter((path) => !isOfTests(path));
  const always = paths.filter((path) => isTool(path) || isErrorCatalogue(path));
  const roots = [...namedInScripts(), ...namedInSources(), ...namedInPages(), ...always];
  const reached = reachedFrom(roots, (path) => !isOfTests(path));
  return paths.filter((path) => !reached.has(path));
}

/** Files of the tests that imports reach neither from an entry nor from a test. */
function unreachedByTests(): string[] {
  const paths = sources.map(({ path }) => path);
  const roots = [
    ...namedInScripts(),
    ...namedInSources(),
    ...paths.filter((path) => isTestFile(path) || isTool(path)),
  ];
  const reached = reachedFrom(roots, () => true);
  return paths.filter((path) => isOfTests(path) && !reached.has(path));
}

export function unreached(): string[] {
  return [...unreachedByProduct().filter((path) => !isException(path)), ...unreachedByTests()];
}

/** Folders that are named as exceptions although product entries reach all of their files. */
export function needlessExceptions(): string[] {
  const found = unreachedByProduct();
  return Object.keys(reachedOtherwise).filter((folder) => !found.some((path) => path.startsWith(folder)));
}
