/**
 * The system of a slot: Debian, made once and kept in .cache/image; and on a copy of it the gateway's package and the files of
 * the image (files/). What belongs to one device (keys, machine-id, names, settings) is removed: it is made there.
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { entry, fstab, raucConfig, uuids } from './layout.mjs';
import { inRoot, tool } from './tool.mjs';

const suite = 'trixie';
const packages = [
  ...[
    'systemd-sysv',
    'udev',
    'dbus',
    'systemd-resolved',
    'systemd-timesyncd',
    'libnss-resolve',
    'init-system-helpers',
  ],
  ...['openssh-server', 'rauc', 'rauc-service', 'ca-certificates', 'iproute2', 'nano'],
  ...[
    'e2fsprogs',
    'dosfstools',
    'fdisk',
    'kmod',
    'busybox',
    'zstd',
    'initramfs-tools',
    'systemd-boot-efi',
    'libstdc++6',
  ],
];
/** @type {Record<string, { kernel: string, console: string, modules: string }>} */
const machines = {
  // Disks of PCs and of virtual machines, for a small initramfs; what comes later is loaded by udev.
  amd64: {
    kernel: 'linux-image-amd64',
    console: 'ttyS0',
    modules:
      'virtio_pci virtio_blk virtio_scsi ahci ata_piix sd_mod nvme usb_storage uas xhci_pci ehci_pci mmc_block sdhci_pci sdhci_acpi',
  },
  arm64: {
    kernel: 'linux-image-arm64',
    console: 'ttyAMA0',
    modules:
      'virtio_pci virtio_mmio virtio_blk virtio_scsi sd_mod nvme usb_storage uas xhci_pci xhci_plat_hcd dwc2 mmc_block bcm2835 sdhci_iproc sdhci_brcmstb pcie_brcmstb reset_raspberrypi clk_raspberrypi raspberrypi_hwmon',
  },
};
/** Folders of drivers that a gateway has no use for: a third of the modules. */
const left = [
  'sound',
  'drivers/gpu',
  'drivers/media',
  'drivers/infiniband',
  'drivers/isdn',
  'drivers/scsi/lpfc',
];

/**
 * Returns the archive of the bare system.
 * @param {string} cache
 * @param {string} arch
 * @param {number} time
 * @param {(text: string) => void} say
 */
function bareSystem(cache, arch, time, say) {
  const include = [...packages, machines[arch]?.kernel ?? ''];
  const digest = createHash('sha256')
    .update(JSON.stringify([suite, include, left]))
    .digest('hex')
    .slice(0, 8);
  const archive = join(cache, `${suite}-${arch}-${digest}.tar`);
  if (existsSync(archive)) return archive;
  say(`making a ${suite} for ${arch}, once`);
  const excluded = [
    ...left.map((folder) => `/usr/lib/modules/*/kernel/${folder}/*`),
    '/usr/share/man/*',
    '/usr/share/locale/*',
  ];
  tool(
    'mmdebstrap',
    [
      ...['--variant=minbase', '--format=tar', `--architectures=${arch}`, `--include=${include.join(',')}`],
      ...excluded.map((path) => `--dpkgopt=path-exclude=${path}`),
      // The initramfs is made once, when the files of the image are there.
      `--customize-hook=rm -f "$1"/boot/initrd.img*`,
      ...[suite, `${archive}.new`],
    ],
    { env: { SOURCE_DATE_EPOCH: String(time) } },
  );
  renameSync(`${archive}.new`, archive);
  return archive;
}

/**
 * Makes the folder of a slot's system.
 * @param {{ root: string, cache: string, folder: string, arch: string, deb: string, version: string, keyring: string,
 *   time: number, say: (text: string) => void }} what
 */
export function makeSystem({ root, cache, folder, arch, deb, version, keyring, time, say }) {
  const machine = machines[arch];
  if (!machine) throw new Error(`no machine ${arch}`);
  const archive = bareSystem(cache, arch, time, say);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  tool('tar', ['-xpf', archive, '-C', folder, '--numeric-owner', '--exclude=./dev/*']);
  const at = (/** @type {string} */ path) => join(folder, path);
  const files = join(root, 'deploy', 'image', 'files');
  // Git keeps whether a file may be run, and no more of its mode.
  cpSync(files, folder, { recursive: true });
  writeFileSync(at('etc/initramfs-tools/modules'), `${machine.modules.split(' ').join('\n')}\n`);
  writeFileSync(at('etc/initramfs-tools/conf.d/modules'), 'MODULES=list\n');
  copyFileSync(deb, at('gateway.deb'));
  say('installing the gateway');
  inRoot(folder, 'dpkg --install /gateway.deb && rm /gateway.deb');
  say('making the initramfs');
  const initramfs =
    'kernel=$(basename /usr/lib/modules/*) && mkinitramfs -o /usr/share/harbinger-image/initrd "$kernel" && cp /boot/vmlinuz-* /usr/share/harbinger-image/linux';
  const share = 'usr/share/harbinger-image';
  mkdirSync(at(share), { recursive: true });
  inRoot(folder, initramfs, { SOURCE_DATE_EPOCH: String(time) });
  for (const slot of /** @type {const} */ (['a', 'b']))
    writeFileSync(at(`${share}/entry-${slot}.conf`), entry(slot, version, machine.console));
  writeFileSync(at(`${share}/slots`), `a=${uuids.a}\nb=${uuids.b}\n`);
  writeFileSync(at(`${share}/version`), `${version}\n`);
  writeFileSync(at(`${share}/packages.txt`), inRoot(folder, `dpkg-query -W -f '\${Package} \${Version}\\n'`));
  writeFileSync(at('etc/fstab'), fstab);
  mkdirSync(at('etc/rauc'), { recursive: true });
  writeFileSync(at('etc/rauc/system.conf'), raucConfig(arch));
  copyFileSync(keyring, at('etc/rauc/keyring.pem'));
  inRoot(
    folder,
    `systemctl enable systemd-networkd systemd-resolved systemd-timesyncd harbinger-first harbinger-health harbinger-wanted.path harbinger-wanted.service ssh
systemctl mask e2scrub_reap.service e2scrub_all.timer apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer
mkdir -p /etc/systemd/system-generators && ln -s /dev/null /etc/systemd/system-generators/systemd-ssh-generator
chgrp harbinger /etc/harbinger
passwd -l root`,
  );
  withoutTraces(folder, share);
}

/**
 * Removes what belongs to one device or to the making, and leads what a device writes to its data partition.
 * @param {string} folder
 * @param {string} share
 */
function withoutTraces(folder, share) {
  const at = (/** @type {string} */ path) => join(folder, path);
  for (const name of readdirSync(at('etc/ssh')).filter((file) => file.startsWith('ssh_host_')))
    rmSync(at(`etc/ssh/${name}`));
  writeFileSync(at('etc/machine-id'), '');
  renameSync(at('etc/harbinger'), at(`${share}/settings`));
  symlinkSync('/var/lib/harbinger-box/settings', at('etc/harbinger'));
  for (const [path, to] of [
    ['etc/hostname', '/var/lib/harbinger-box/hostname'],
    ['etc/resolv.conf', '/run/systemd/resolve/stub-resolv.conf'],
  ]) {
    rmSync(at(path ?? ''), { force: true });
    symlinkSync(to ?? '', at(path ?? ''));
  }
  writeFileSync(at('etc/hosts'), '127.0.0.1 localhost\n::1 localhost\n');
  for (const path of ['var', 'boot', 'tmp', 'run', 'root', 'dev']) {
    rmSync(at(path), { recursive: true, force: true });
    mkdirSync(at(path));
  }
  chmodSync(at('tmp'), 0o1777);
  chmodSync(at('root'), 0o700);
  for (const path of [
    'etc/.pwd.lock',
    'etc/passwd-',
    'etc/group-',
    'etc/shadow-',
    'etc/gshadow-',
    'initrd.img',
    'initrd.img.old',
    'vmlinuz',
    'vmlinuz.old',
    'gateway.log',
  ])
    rmSync(at(path), { force: true });
}

/** @param {string} folder @param {string} file @param {number} time */
export function pack(folder, file, time) {
  rmSync(file, { force: true });
  const form = ['-comp', 'zstd', '-Xcompression-level', '9', '-b', '256K', '-noappend', '-no-progress'];
  const times = ['-all-time', String(time), '-mkfs-time', String(time), '-no-exports'];
  // It refuses to be told the time twice.
  tool('mksquashfs', [folder, file, ...form, ...times], { env: { SOURCE_DATE_EPOCH: undefined } });
}
