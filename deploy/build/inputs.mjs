/**
 * Decides whether a built folder is up to date with its sources. The folder holds a record of its inputs with the
 * size, modification time and hash of each. A file with the recorded size and time counts as unchanged; otherwise
 * its hash decides, so that a copy of a tree, whose files have other times, need not be built again.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {{ size: number, mtimeMs: number, sha1: string }} Input */
/** @typedef {Record<string, Input>} Inputs by path in the root */

export const recordName = 'built-from.json';
const foldersLeftOut = new Set(['node_modules', 'docs']);

/**
 * @param {string} root
 * @param {import('./targets.mjs').Target} target
 * @returns {Inputs}
 */
export function readInputs(root, target) {
  return Object.fromEntries(
    pathsOf(root, target).map((path) => [path, { ...statOf(root, path), sha1: hash(root, path) }]),
  );
}

/**
 * @param {string} root
 * @param {import('./targets.mjs').Target} target
 * @returns {'finished' | 'changed' | 'missing'}
 */
export function stateOf(root, target) {
  const recorded = readRecord(join(root, target.out, recordName));
  if (recorded === null) return 'missing';
  const paths = pathsOf(root, target);
  // An installation without sources has nothing to build from.
  if (paths.every((path) => target.files.includes(path))) return 'finished';
  const same =
    paths.length === Object.keys(recorded).length &&
    paths.every((path) => isSame(root, path, recorded[path]));
  return same ? 'finished' : 'changed';
}

/**
 * @param {string} folder
 * @param {Inputs} inputs
 */
export function writeRecord(folder, inputs) {
  writeFileSync(join(folder, recordName), `${JSON.stringify(inputs)}\n`);
}

/**
 * @param {string} path
 * @returns {Inputs | null}
 */
function readRecord(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

/**
 * @param {string} root
 * @param {string} path
 * @param {Input | undefined} recorded
 */
function isSame(root, path, recorded) {
  if (recorded === undefined) return false;
  const { size, mtimeMs } = statOf(root, path);
  if (size !== recorded.size) return false;
  return mtimeMs === recorded.mtimeMs || hash(root, path) === recorded.sha1;
}

/**
 * @param {string} root
 * @param {import('./targets.mjs').Target} target
 */
export function pathsOf(root, target) {
  const found = target.files.filter((path) => existsSync(join(root, path)));
  /** @param {string} folder */
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!foldersLeftOut.has(entry.name)) walk(path);
      } else if (target.isInput(path)) found.push(path);
    }
  };
  for (const folder of target.folders) if (existsSync(join(root, folder))) walk(folder);
  return found;
}

/**
 * @param {string} root
 * @param {string} path
 */
function statOf(root, path) {
  const { size, mtimeMs } = statSync(join(root, path));
  return { size, mtimeMs };
}

/**
 * @param {string} root
 * @param {string} path
 */
function hash(root, path) {
  return createHash('sha1')
    .update(readFileSync(join(root, path)))
    .digest('hex');
}
