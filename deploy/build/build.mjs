/**
 * Builds outdated targets in a folder of their own and then moves each into place as a whole. Writes nothing if
 * everything is up to date.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readInputs, stateOf, writeRecord } from './inputs.mjs';
import { takeLock } from './lock.mjs';
import { codeOf, Problem } from './problem.mjs';

/** @typedef {import('./targets.mjs').Target} Target */

const workFolder = '.cache/build';

/**
 * Brings the targets up to date; resolves to true if something had to be built.
 * @param {string} root
 * @param {readonly Target[]} targets
 * @param {(text: string) => void} say
 */
export async function ensureBuilt(root, targets, say) {
  requirePackages(root);
  const wanted = targets.filter((target) => stateOf(root, target) !== 'finished');
  if (wanted.length === 0) return false;
  requireTools(root, wanted);
  const work = join(root, workFolder);
  try {
    const release = await takeLock(join(work, 'lock'), (holder) =>
      say(`waiting for the build of process ${holder}`),
    );
    try {
      return await buildEach(root, work, targets, say);
    } finally {
      release();
    }
  } catch (error) {
    throw ['EACCES', 'EROFS', 'EPERM', 'ENOSPC'].includes(codeOf(error) ?? '')
      ? notWritable(root, error)
      : error;
  }
}

/**
 * @param {string} root
 * @param {string} work
 * @param {readonly Target[]} targets
 * @param {(text: string) => void} say
 */
async function buildEach(root, work, targets, say) {
  // Another process may have built it while this one waited.
  const wanted = targets.filter((target) => stateOf(root, target) !== 'finished');
  if (wanted.length === 0) return false;
  removeLeftovers(work);
  const names = wanted.map(({ name }) => name).join(' and ');
  say(`building ${names}: some seconds, once (and again when the code has changed)`);
  for (const target of wanted) await buildOne(root, work, target);
  return true;
}

/**
 * Removes the folders of builds that were killed. Those of running processes stay, whoever holds the lock.
 * @param {string} work
 */
function removeLeftovers(work) {
  for (const name of readdirSync(work)) {
    const pid = /^(?:new|old)-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && (Number(pid) === process.pid || !isAlive(Number(pid))))
      rmSync(join(work, name), { recursive: true, force: true });
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

/**
 * @param {string} root
 * @param {string} work
 * @param {Target} target
 */
async function buildOne(root, work, target) {
  const inputs = readInputs(root, target);
  const into = join(work, `new-${process.pid}`);
  const before = join(work, `old-${process.pid}`);
  mkdirSync(into);
  await runAll(root, target.steps(root, into));
  writeRecord(into, inputs);
  const out = join(root, target.out);
  mkdirSync(dirname(out), { recursive: true });
  if (existsSync(out)) renameSync(out, before);
  renameSync(into, out);
  rmSync(before, { recursive: true, force: true });
}

/**
 * Builds a target into a folder of its own, whether or not it is up to date.
 * @param {string} root
 * @param {Target} target
 * @param {string} into
 */
export async function buildTarget(root, target, into) {
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  await runAll(root, target.steps(root, into));
}

/**
 * Runs commands in parallel; rejects with the output of one that fails.
 * @param {string} cwd
 * @param {string[][]} commands
 */
async function runAll(cwd, commands) {
  const children = commands.map((args) =>
    spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  const stop = (/** @type {NodeJS.Signals} */ signal) => {
    for (const child of children) child.kill(signal);
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const failures = await Promise.all(children.map(failureOf));
  process.off('SIGINT', stop).off('SIGTERM', stop);
  const failed = failures.filter((output) => output !== null);
  if (failed.length > 0) throw new Problem('BUILD_FAILED', `the build failed:\n${failed.join('\n')}`);
}

/**
 * Resolves to the output of a process that failed, or to null if it succeeded.
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<string | null>}
 */
function failureOf(child) {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (output += data));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) => resolve(code === 0 ? null : output));
  });
}

/** @param {string} root */
function requirePackages(root) {
  if (!existsSync(join(root, 'node_modules')))
    throw new Problem('BUILD_TOOLS_MISSING', `the packages are not installed: run npm ci in ${root}`);
}

/**
 * @param {string} root
 * @param {readonly Target[]} wanted
 */
function requireTools(root, wanted) {
  const missing = wanted
    .flatMap(({ tools }) => tools)
    .filter((tool) => !existsSync(join(root, 'node_modules', tool)));
  if (missing.length === 0) return;
  const state = existsSync(join(root, 'dist'))
    ? 'dist was built from other sources'
    : 'dist is not built yet';
  throw new Problem(
    'BUILD_TOOLS_MISSING',
    `${state}, and what builds it is not installed (${missing.join(', ')}): run npm ci without --omit=dev, then npm run build`,
  );
}

/**
 * @param {string} root
 * @param {unknown} error
 */
function notWritable(root, error) {
  if (codeOf(error) === 'ENOSPC')
    return new Problem('BUILD_NOT_WRITABLE', `the disk of ${root} is full: free about 50 MB for the build`);
  const owner = statSync(root).uid === 0 ? 'root' : `its owner (user ${statSync(root).uid})`;
  return new Problem(
    'BUILD_NOT_WRITABLE',
    `${root} is not built from its present sources, and this user may not write there: run npm run build there as ${owner}, or copy the folder and use the copy`,
  );
}
