/** Finds what the packages of a bundle import and the bundle lacks, so that it fails when it is made and not in the field. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';

const imported = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\(\s*)(['"])([^'"\n]+)\1/g;

/** Imports that are tried, or meant for others than Node on Linux, and whose absence is handled there. */
const triedOnly =
  /^(bun:|msgpackr-extract$|supports-color$|node-gyp\/|re2$|@tensorflow\/|@duckdb\/node-bindings-|.$)/;

/**
 * Returns `FILE: IMPORT` for each import that leads nowhere.
 * @param {string} folder a folder with node_modules
 */
export function missingImports(folder) {
  const modules = join(folder, 'node_modules');
  const files = readdirSync(modules, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.[cm]?js$/.test(path),
  );
  return files.flatMap((file) => {
    const path = join(modules, file);
    const code = readFileSync(path, 'utf8').replace(/^\s*(\/\/|\*|\/\*).*$/gm, '');
    const names = [...code.matchAll(imported)].map((match) => match[2] ?? '');
    return [...new Set(names)]
      .filter((name) => !isThere(name, path, folder))
      .map((name) => `${file}: ${name}`);
  });
}

/**
 * @param {string} name
 * @param {string} from
 * @param {string} root
 */
function isThere(name, from, root) {
  if (name.startsWith('node:') || builtinModules.includes(name) || triedOnly.test(name)) return true;
  if (name.startsWith('.')) return isModule(join(dirname(from), name));
  const own = name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
  for (let folder = dirname(from); folder.startsWith(root); folder = dirname(folder))
    if (existsSync(join(folder, 'node_modules', own))) return true;
  return false;
}

/** @param {string} path as an import has it: Node adds the ending, or takes the folder's index */
function isModule(path) {
  if (existsSync(path))
    return (
      statSync(path).isFile() || ['index.js', 'package.json'].some((name) => existsSync(join(path, name)))
    );
  return ['.js', '.cjs', '.json', '.node'].some((ending) => existsSync(`${path}${ending}`));
}
