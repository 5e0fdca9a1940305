/** Packs a folder so that the same content gives the same bytes: sorted, without owners, with one time. */
import { spawnSync } from 'node:child_process';
import { basename, dirname } from 'node:path';
import { Problem } from '../build/problem.mjs';

/**
 * @param {string} folder
 * @param {string} archive ends with .tar.xz
 * @param {number} timeS of every file
 */
export function pack(folder, archive, timeS) {
  const args = [
    ...['--sort=name', `--mtime=@${timeS}`, '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'],
    ...['-C', dirname(folder), '-cJf', archive, basename(folder)],
  ];
  // One thread, because xz splits its blocks by the number of threads.
  const env = { ...process.env, XZ_OPT: '-9 --threads=1' };
  const { status, stderr, error } = spawnSync('tar', args, { encoding: 'utf8', env });
  if (status !== 0)
    throw new Problem(
      'BUNDLE_TOOL',
      `tar could not pack ${folder}: ${error?.message ?? stderr.trim()}; GNU tar and xz-utils are needed`,
    );
}

/**
 * Returns the time that all files of a bundle get: $SOURCE_DATE_EPOCH, or that of the newest commit.
 * @param {string} root
 */
export function sourceTime(root) {
  const given = process.env.SOURCE_DATE_EPOCH ?? '';
  if (/^\d+$/.test(given)) return Number(given);
  const { stdout } = spawnSync('git', ['-C', root, 'log', '-1', '--format=%ct'], { encoding: 'utf8' });
  // A tree without history: 2026-01-01.
  return /^\d+\s*$/.test(stdout ?? '') ? Number(stdout) : 1_767_225_600;
}
