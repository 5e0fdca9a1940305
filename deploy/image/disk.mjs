/** The image of a disk: its table, the boot partition, slot a, and an empty data partition, without loop devices. */
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../build/problem.mjs';
import { imageBytes, partitions, sizes, table } from './layout.mjs';
import { tool } from './tool.mjs';

const loaders = {
  amd64: ['systemd-bootx64.efi', 'BOOTX64.EFI'],
  arm64: ['systemd-bootaa64.efi', 'BOOTAA64.EFI'],
};

/**
 * @param {{ work: string, system: string, squashfs: string, image: string, arch: 'amd64' | 'arm64', time: number,
 *   settings: string }} what
 */
export function makeDisk({ work, system, squashfs, image, arch, time, settings }) {
  if (statSync(squashfs).size > sizes.slot)
    throw new Problem('IMAGE_FULL', `the system has ${statSync(squashfs).size} bytes, a slot ${sizes.slot}`);
  const boot = join(work, 'boot');
  rmSync(boot, { recursive: true, force: true });
  const [loader = '', standard = ''] = loaders[arch];
  const share = join(system, 'usr/share/harbinger-image');
  for (const folder of ['EFI/BOOT', 'loader/entries', 'a'])
    mkdirSync(join(boot, folder), { recursive: true });
  copyFileSync(join(system, 'usr/lib/systemd/boot/efi', loader), join(boot, 'EFI/BOOT', standard));
  // No `default`: it would win over the order of the entries, and so over what has failed.
  writeFileSync(join(boot, 'loader/loader.conf'), 'timeout 0\neditor no\n');
  for (const file of ['linux', 'initrd']) copyFileSync(join(share, file), join(boot, 'a', file));
  copyFileSync(join(share, 'entry-a.conf'), join(boot, 'a/entry.conf'));
  copyFileSync(join(share, 'entry-a.conf'), join(boot, 'loader/entries/a+9.conf'));
  tool('sh', ['-c', `echo 'version 1' >>"$1"`, 'sh', join(boot, 'loader/entries/a+9.conf')]);
  writeFileSync(
    join(boot, settings === '' ? 'harbinger-example.toml' : 'harbinger.toml'),
    settings === '' ? example : settings,
  );
  const bootImage = join(work, 'boot.img');
  const dataImage = join(work, 'data.img');
  empty(bootImage, sizes.boot);
  empty(dataImage, sizes.data);
  const env = { SOURCE_DATE_EPOCH: String(time) };
  tool('mkfs.vfat', ['-F', '32', '-n', 'HARBINGER', '-i', '48415242', '--invariant', bootImage]);
  tool('find', [boot, '-exec', 'touch', '-h', '-d', `@${time}`, '{}', '+']);
  tool(
    'mcopy',
    [
      '-s',
      '-m',
      '-i',
      bootImage,
      ...readdirSync(boot)
        .sort()
        .map((name) => join(boot, name)),
      '::',
    ],
    { env: { ...env, TZ: 'UTC' } },
  );
  tool(
    'mkfs.ext4',
    [
      ...[
        '-q',
        '-b',
        '4096',
        '-L',
        'harbinger-data',
        '-U',
        '68617262-696e-4765-a001-0000000000d4',
        '-m',
        '1',
      ],
      ...[
        '-E',
        'hash_seed=68617262-696e-4765-a001-0000000000d5,lazy_itable_init=0,lazy_journal_init=0',
        dataImage,
      ],
    ],
    { env: { ...env, E2FSPROGS_FAKE_TIME: String(time) } },
  );
  empty(image, imageBytes);
  tool('sfdisk', ['-q', '--no-reread', '--no-tell-kernel', image], { input: table() });
  const of = partitions();
  for (const [file, { start }] of /** @type {const} */ ([
    [bootImage, of.boot],
    [squashfs, of.a],
    [dataImage, of.data],
  ]))
    tool('dd', [
      `if=${file}`,
      `of=${image}`,
      'bs=1M',
      `seek=${start >> 20}`,
      'conv=notrunc,sparse',
      'status=none',
    ]);
  for (const file of [bootImage, dataImage]) rmSync(file);
}

/** @param {string} file @param {number} bytes */
function empty(file, bytes) {
  rmSync(file, { force: true });
  closeSync(openSync(file, 'w'));
  truncateSync(file, bytes);
}

export const example = `# The first settings of this gateway: change them, and name this file harbinger.toml. It is read when the gateway starts, and
# removed when its settings are taken. What is refused, and why, is then in harbinger-refused.txt.
hostname = "hall-1-gw"              # its name on the local network: hall-1-gw.local
# ssh_key = "ssh-ed25519 AAAA… you" # who may log in, as root; without one nobody can
# time_server = "192.168.1.1"       # where the site has a clock of its own
site = "hall-1"
gateway = "hall-1-gw"
machine = "pump-3"
# cloud = "mqtts://cloud.example.org:1884"
# password = "…"                    # of this gateway at the cloud
`;
