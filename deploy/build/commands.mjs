/** The commands of package.json: the targets that each needs, and the program that it then runs. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ensureBuilt } from './build.mjs';
import { longTests } from './long-tests.mjs';
import { Problem } from './problem.mjs';
import { product, tests } from './targets.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * `entry` is a built program; `tools` are commands of packages, of which the last one gets the arguments, or `files` where
 * those name none; `own` is a function of the build.
 * @typedef {{ builds: import('./targets.mjs').Target[], entry?: string, tools?: string[][], files?: (root: string) => string[],
 *   own?: (root: string, args: string[], say: (text: string) => void) => Promise<void> }} Recipe
 */
const vitest = ['vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts'];
const tsc = ['typescript/bin/tsc', '--noEmit', '-p'];
const biome = ['@biomejs/biome/bin/biome', 'check'];

/** @type {Record<string, Recipe>} */
const recipes = {
  build: { builds: [product] },
  'build-tests': { builds: [product, tests] },
  demo: { builds: [product], entry: 'dist/deploy/demo/main.js' },
  harbinger: { builds: [product], entry: 'dist/deploy/cli/main.js' },
  test: { builds: [product, tests], tools: [[...vitest, '--tags-filter', '!long']] },
  'test-long': {
    builds: [product, tests],
    tools: [[...vitest, '--tags-filter', 'long']],
    files: longTests,
  },
  docs: { builds: [], tools: [[...vitest, 'deploy/reference', 'test/tidy/rooms.test.ts', '-u']] },
  typecheck: {
    builds: [],
    tools: [
      [...tsc, 'tsconfig.json'],
      [...tsc, 'cloud/console/tsconfig.json'],
    ],
  },
  lint: { builds: [], tools: [[...biome, '.']] },
  format: { builds: [], tools: [[...biome, '--write', '.']] },
  bench: { builds: [product, tests], entry: '.cache/tests/test/bench/main.js' },
  chaos: { builds: [product, tests], entry: '.cache/tests/test/chaos/main.js' },
  simulate: { builds: [product, tests], entry: '.cache/tests/test/simulation/main.js' },
  'plant-year': { builds: [product, tests], entry: '.cache/tests/test/plant-year/main.js' },
  bundle: {
    builds: [product],
    own: async (...given) => (await import('../bundle/bundle.mjs')).bundle(...given),
  },
  sbom: {
    builds: [],
    own: async (...given) => (await import('../bundle/sbom.mjs')).sbom(...given),
  },
  detectors: { builds: [product, tests], entry: '.cache/tests/test/detector/table/main.js' },
  packages: {
    builds: [product],
    own: async (...given) => (await import('../debian/packages.mjs')).packages(...given),
  },
  image: {
    builds: [product],
    own: async (...given) => (await import('../image/image.mjs')).image(...given),
  },
  'image-proof': { builds: [product, tests], entry: '.cache/tests/test/image/main.js' },
  fuzz: { builds: [product, tests], entry: '.cache/tests/test/fuzz/main.js' },
  modbus: { builds: [product, tests], entry: '.cache/tests/test/modbus/main.js' },
};

/** @param {string[]} argv the command and its arguments */
export async function main([name = '', ...args]) {
  try {
    const recipe = recipes[name];
    if (!recipe) throw new Problem('USAGE', `'${name}' is not one of ${Object.keys(recipes).join(', ')}`);
    const built = await ensureBuilt(root, recipe.builds, say);
    const files = args.every((arg) => arg.startsWith('-')) ? recipe.files?.(root) : undefined;
    if (recipe.tools) process.exitCode = runTools(recipe.tools, [...(files ?? []), ...args]);
    else if (recipe.own) await recipe.own(root, args, say);
    else if (recipe.entry !== undefined) await runEntry(join(root, recipe.entry), args);
    else if (!built) say('already built, from these sources');
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    say(`${error.message} [${error.code}]`);
    process.exitCode = error.code === 'USAGE' ? 2 : 1;
  }
}

/**
 * Runs the entry in this process, because starting Node again would take most of the time of a short command.
 * @param {string} path
 * @param {string[]} args
 */
async function runEntry(path, args) {
  process.argv.splice(1, process.argv.length - 1, path, ...args);
  await import(pathToFileURL(path).href);
}

/**
 * Runs commands one after the other, until one fails; returns its exit code.
 * @param {string[][]} tools
 * @param {string[]} args
 */
function runTools(tools, args) {
  for (const [index, [script = '', ...own]] of tools.entries()) {
    const path = join(root, 'node_modules', script);
    if (!existsSync(path))
      throw new Problem(
        'BUILD_TOOLS_MISSING',
        `${script.replace(/\/(bin\/)?[^/]*$/, '')} is not installed: run npm ci without --omit=dev`,
      );
    const command = [path, ...own, ...(index === tools.length - 1 ? args : [])];
    const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
    if (status !== 0) return status ?? 1;
  }
  return 0;
}

/** Prints to stderr, because a program may read the command's stdout. @param {string} text */
function say(text) {
  process.stderr.write(`harbinger: ${text}\n`);
}
