/**
 * The bundle (deploy/bundle): one self-contained folder and archive of a side (gateway, cloud) for an architecture, with
 * a Node of its own and the licences of everything in it. vite.config.ts makes the code; contents.mjs chooses what goes
 * in, fetch.mjs gets what is made for the other architecture, archive.mjs packs. Packages for Debian are in ../debian.
 *
 *   npm run bundle -- [--side gateway|cloud] [--arch amd64|arm64] [--twice]
 *
 * `--twice` makes everything twice, the code included, and fails unless both have the same bytes.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildTarget } from '../build/build.mjs';
import { Problem } from '../build/problem.mjs';
import { product } from '../build/targets.mjs';
import { pack, sourceTime } from './archive.mjs';
import { fillFolder } from './contents.mjs';
import { architectures } from './fetch.mjs';

export const sides = ['gateway', 'cloud'];
const outFolder = '.cache/bundle';

/**
 * @typedef {import('./fetch.mjs').Architecture} Architecture
 * @typedef {{ side: string, arch: Architecture, folder: string, archive: string }} Bundle
 */

/**
 * @param {string} root
 * @param {string[]} argv
 * @param {(text: string) => void} say
 */
export async function bundle(root, argv, say) {
  const asked = readArguments(argv);
  const made = await bundleAll(root, join(root, outFolder), asked, say);
  for (const { archive } of made) say(`${archive}  ${mebibytes(archive)} MB  sha256 ${digest(archive)}`);
  if (!asked.twice) return;
  const second = join(root, outFolder, 'second');
  const dist = join(second, 'dist');
  await buildTarget(root, product, dist);
  const again = await bundleAll(root, second, asked, say, dist);
  const differ = made.filter(({ archive }, i) => digest(archive) !== digest(again[i]?.archive ?? ''));
  if (differ.length > 0)
    throw new Problem('BUNDLE_DIFFERS', `made twice, these differ: ${differ.map(({ archive }) => archive)}`);
  rmSync(second, { recursive: true });
  say('made twice, with the same bytes');
}

/** @param {string[]} argv */
export function readArguments(argv) {
  let given;
  try {
    given = parseArgs({
      args: argv,
      options: { side: { type: 'string' }, arch: { type: 'string' }, twice: { type: 'boolean' } },
    }).values;
  } catch (error) {
    throw new Problem('USAGE', String(error instanceof Error ? error.message : error));
  }
  const choose = (/** @type {string | undefined} */ one, /** @type {string[]} */ all) => {
    if (one !== undefined && !all.includes(one))
      throw new Problem('USAGE', `'${one}' is not one of ${all.join(', ')}`);
    return one === undefined ? all : [one];
  };
  const arches = /** @type {Architecture[]} */ (choose(given.arch, Object.keys(architectures)));
  return { sides: choose(given.side, sides), arches, twice: given.twice ?? false };
}

/**
 * @param {string} root
 * @param {string} out
 * @param {{ sides: string[], arches: Architecture[] }} asked
 * @param {(text: string) => void} say
 * @param {string} dist the built code
 * @returns {Promise<Bundle[]>}
 */
export async function bundleAll(root, out, { sides, arches }, say, dist = join(root, product.out)) {
  const made = [];
  for (const side of sides) {
    for (const arch of arches) {
      say(`bundling the ${side} for ${arch}`);
      const folder = await bundleFolder(root, out, { side, arch, dist });
      const archive = `${folder}.tar.xz`;
      pack(folder, archive, sourceTime(root));
      made.push({ side, arch, folder, archive });
    }
  }
  return made;
}

/**
 * Makes the folder of a bundle anew and returns its path.
 * @param {string} root
 * @param {string} out
 * @param {{ side: string, arch: Architecture, dist?: string }} what
 */
export async function bundleFolder(root, out, { side, arch, dist = join(root, product.out) }) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const folder = join(out, `harbinger-${side}-${version}-${arch}`);
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  await fillFolder(root, unfinished, { side, arch, dist });
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
  return folder;
}

/** @param {string} path */
function digest(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** @param {string} path */
function mebibytes(path) {
  return (statSync(path).size / 1e6).toFixed(1);
}
