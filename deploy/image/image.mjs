/**
 * The image (deploy/image): a disk with the gateway, to be written to a card or an SSD, and the signed bundle that updates it.
 * root.mjs makes the system of a slot, disk.mjs the disk, update.mjs the bundle; files/ is what the system has beside Debian
 * and the gateway's package (../debian). test/image starts it in QEMU.
 *
 *   npm run image -- [--arch amd64|arm64] [--settings FILE] [--keys DIR] [--prove [options of test/image]]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Problem } from '../build/problem.mjs';
import { sourceTime } from '../bundle/archive.mjs';
import { makePackage } from '../debian/packages.mjs';
import { makeDisk } from './disk.mjs';
import { makeSystem, pack } from './root.mjs';
import { needTools, tool } from './tool.mjs';
import { keysIn, makeUpdate } from './update.mjs';

const tools = [
  'mmdebstrap',
  'mksquashfs',
  'mkfs.vfat',
  'mkfs.ext4',
  'mcopy',
  'sfdisk',
  'rauc',
  'openssl',
  'unshare',
  'dpkg-deb',
];

/**
 * @param {string} root
 * @param {string[]} argv
 * @param {(text: string) => void} say
 */
export async function image(root, argv, say) {
  const { arch, settings, keys, proof } = readArguments(argv);
  needTools(tools);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const cache = join(root, '.cache', 'image');
  mkdirSync(cache, { recursive: true });
  const made = filesOf(cache, version, arch);
  if (proof === null || !existsSync(made.image)) {
    await makeImage({ root, cache, arch, version, settings, keys: keys ?? join(cache, 'keys'), say });
    tool('sh', ['-c', 'gzip -n -1 <"$1" >"$2"', 'sh', made.image, made.packed]);
    for (const file of Object.values(made)) say(`${file}  ${(statSync(file).size / 1e6).toFixed(1)} MB`);
  }
  if (proof === null) return;
  const given = ['--image', made.image, '--arch', arch, ...proof];
  const run = join(root, 'deploy', 'build', 'run.mjs');
  const { status } = spawnSync(process.execPath, [run, 'image-proof', ...given], { stdio: 'inherit' });
  if (status !== 0) throw new Problem('IMAGE_TOOL', 'the proof has failed; its words are above');
}

/** @param {string} cache @param {string} version @param {string} arch */
function filesOf(cache, version, arch) {
  const name = join(cache, `harbinger-gateway_${version}_${arch}`);
  return {
    image: `${name}.img`,
    packed: `${name}.img.gz`,
    squashfs: `${name}.squashfs`,
    bundle: `${name}.raucb`,
  };
}

/**
 * Options after `--prove` are those of the proof.
 * @param {string[]} argv
 * @returns {{ arch: 'amd64' | 'arm64', settings: string, keys: string | undefined, proof: string[] | null }}
 */
function readArguments(argv) {
  const at = argv.indexOf('--prove');
  try {
    const { values } = parseArgs({
      args: at < 0 ? argv : argv.slice(0, at),
      options: {
        arch: { type: 'string', default: 'amd64' },
        settings: { type: 'string' },
        keys: { type: 'string' },
      },
    });
    const { arch, settings, keys } = values;
    if (arch !== 'amd64' && arch !== 'arm64') throw new Error(`'${arch}' is neither amd64 nor arm64`);
    return {
      arch,
      settings: settings === undefined ? '' : readFileSync(settings, 'utf8'),
      keys,
      proof: at < 0 ? null : argv.slice(at + 1),
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Problem(
      'USAGE',
      `${why}; npm run image -- [--arch amd64|arm64] [--settings FILE] [--keys DIR] [--prove [--help]]`,
    );
  }
}

/**
 * @param {{ root: string, cache: string, arch: 'amd64' | 'arm64', version: string, settings: string, keys: string,
 *   say: (text: string) => void }} what
 */
export async function makeImage({ root, cache, arch, version, settings, keys, say }) {
  const time = sourceTime(root);
  const work = join(cache, `${arch}.work`);
  mkdirSync(work, { recursive: true });
  const signing = keysIn(keys);
  const { image: disk, squashfs, bundle } = filesOf(cache, version, arch);
  say('packing the gateway');
  const deb = await makePackage(root, cache, { side: 'gateway', arch, compression: 'gzip', version });
  const system = join(work, 'system');
  makeSystem({ root, cache, folder: system, arch, deb, version, keyring: signing.authority, time, say });
  say('packing the system');
  pack(system, squashfs, time);
  makeDisk({ work, system, squashfs, image: disk, arch, time, settings });
  makeUpdate({ work, squashfs, bundle, arch, version, signing });
  rmSync(work, { recursive: true });
}
