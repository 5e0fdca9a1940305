/** Runs the tools that make an image; each failure says which tool, and its words. */
import { spawnSync } from 'node:child_process';
import { Problem } from '../build/problem.mjs';

/**
 * Returns what the tool printed.
 * @param {string} command
 * @param {string[]} args
 * @param {{ input?: string, env?: Record<string, string | undefined>, timeoutS?: number }} [options]
 */
export function tool(command, args, { input, env, timeoutS = 3_600 } = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: timeoutS * 1_000,
    maxBuffer: 64 << 20,
    env: { ...process.env, LC_ALL: 'C', PATH: `${process.env.PATH}:/usr/sbin:/sbin`, ...env },
    ...(input !== undefined && { input }),
  });
  if (status === 0) return stdout;
  const words = error?.message ?? `${stdout}${stderr}`.trim().slice(-2_000);
  throw new Problem('IMAGE_TOOL', `${command} failed (${status}): ${words}`);
}

/**
 * Runs a shell command in a root folder, with its own mounts and processes and without a network.
 * @param {string} folder
 * @param {string} command
 * @param {Record<string, string>} [env]
 */
export function inRoot(folder, command, env = {}) {
  const given = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const script = `set -e
mount -t proc proc "$1/proc"
mount --bind /dev "$1/dev"
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive "\${@:3}" chroot "$1" sh -ec "$2"`;
  return tool('unshare', [
    ...['--mount', '--pid', '--fork', '--net', 'bash', '-c', script, 'bash'],
    ...[folder, command, ...given],
  ]);
}

/** @param {string[]} names */
export function needTools(names) {
  const missing = names.filter((name) => {
    try {
      tool('which', [name]);
      return false;
    } catch {
      return true;
    }
  });
  if (process.getuid?.() !== 0) missing.push('root');
  if (missing.length > 0)
    throw new Problem(
      'IMAGE_TOOL',
      `an image needs root and ${names.join(', ')}; missing: ${missing.join(', ')}`,
    );
}
