/** The commands of package.json: the targets that each needs, and the program that it then runs. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ensureBuilt } from './build.mjs';
import { Problem } from './problem.mjs';
import { product, tests } from './targets.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** @typedef {{ builds: import('./targets.mjs').Target[], entry?: string, vitest?: true }} Recipe */
/** @type {Record<string, Recipe>} */
const recipes = {
  build: { builds: [product] },
  'build-tests': { builds: [product, tests] },
  demo: { builds: [product], entry: 'dist/deploy/demo/main.js' },
  harbinger: { builds: [product], entry: 'dist/deploy/cli/main.js' },
  test: { builds: [product, tests], vitest: true },
  bench: { builds: [product, tests], entry: '.cache/tests/test/bench/main.js' },
  chaos: { builds: [product, tests], entry: '.cache/tests/test/chaos/main.js' },
  simulate: { builds: [product, tests], entry: '.cache/tests/test/simulation/main.js' },
};

/** @param {string[]} argv the command and its arguments */
export async function main([name = '', ...args]) {
  try {
    const recipe = recipes[name];
    if (!recipe) throw new Problem(`'${name}' is none of ${Object.keys(recipes).join(', ')}`);
    const built = await ensureBuilt(root, recipe.builds, say);
    if (recipe.vitest) process.exitCode = runVitest(args);
    else if (recipe.entry !== undefined) await runEntry(join(root, recipe.entry), args);
    else if (!built) say('already built, from these sources');
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    say(error.message);
    process.exitCode = 1;
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

/** @param {string[]} args */
function runVitest(args) {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const command = [vitest, 'run', '--config', 'test/vitest.config.ts', ...args];
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
  return status ?? 1;
}

/** Prints to stderr, because a program may read the command's stdout. @param {string} text */
function say(text) {
  process.stderr.write(`harbinger: ${text}\n`);
}
