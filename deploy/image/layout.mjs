/** The partitions of the image, and the names by which the system finds them: the same on all devices, whatever disk it is. */

const mib = 1 << 20;

/** The boot partition has kernels of both slots; the data partition grows to the end of the disk at the first start. */
export const sizes = { boot: 256 * mib, slot: 640 * mib, data: 256 * mib };
/** Before the first partition, and after the last one for the second table. */
export const margin = mib;

export const names = /** @type {const} */ (['boot', 'a', 'b', 'data']);
/** @typedef {(typeof names)[number]} Name */

const types = {
  boot: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B',
  a: '0FC63DAF-8483-4772-8E79-3D69D8477DE4',
  b: '0FC63DAF-8483-4772-8E79-3D69D8477DE4',
  data: '0FC63DAF-8483-4772-8E79-3D69D8477DE4',
};

/** @type {Record<Name, string>} */
export const uuids = {
  boot: '68617262-696e-4765-a001-000000000001',
  a: '68617262-696e-4765-a001-00000000000a',
  b: '68617262-696e-4765-a001-00000000000b',
  data: '68617262-696e-4765-a001-000000000004',
};
const diskUuid = '68617262-696e-4765-a001-000000000000';

/** @returns {Record<Name, { start: number, size: number }>} in bytes */
export function partitions() {
  const { boot, slot, data } = sizes;
  const a = margin + boot;
  return {
    boot: { start: margin, size: boot },
    a: { start: a, size: slot },
    b: { start: a + slot, size: slot },
    data: { start: a + 2 * slot, size: data },
  };
}

export const imageBytes = margin + sizes.boot + 2 * sizes.slot + sizes.data + margin;

/** Input of sfdisk. */
export function table() {
  const of = partitions();
  const rows = names.map(
    (name) =>
      `start=${of[name].start / 512}, size=${of[name].size / 512}, type=${types[name]}, uuid=${uuids[name]}, name=harbinger-${name}`,
  );
  return `label: gpt\nlabel-id: ${diskUuid}\nunit: sectors\n\n${rows.join('\n')}\n`;
}

/**
 * An entry of systemd-boot for a slot, without its version.
 * @param {'a' | 'b'} slot
 * @param {string} version
 * @param {string} console
 */
export function entry(slot, version, console) {
  const options = [
    `root=PARTUUID=${uuids[slot]} rootfstype=squashfs ro rootwait`,
    `harbinger.slot=${slot} harbinger.boot=PARTUUID=${uuids.boot} harbinger.data=PARTUUID=${uuids.data}`,
    // Uses the second table if the power failed while the first one was written.
    'gpt',
    // Starts again after 10 s, also where the kernel cannot even start the initramfs; each start takes a try of the slot.
    'panic=10 sysctl.kernel.panic_on_oops=1',
    // Nobody has a password to log in with on a serial line.
    `console=tty0 console=${console} systemd.getty_auto=no quiet loglevel=4`,
  ];
  return `title Harbinger ${version}, slot ${slot}
sort-key harbinger
linux /${slot}/linux
initrd /${slot}/initrd
options ${options.join(' ')}
`;
}

export const fstab = `PARTUUID=${uuids.boot} /boot vfat ro,umask=0077,nofail,x-systemd.device-timeout=10min 0 0
tmpfs /tmp tmpfs nosuid,nodev,size=25% 0 0
`;

/** @param {string} arch */
export const raucConfig = (arch) => `[system]
compatible=harbinger-gateway-${arch}
bootloader=custom
bundle-formats=verity
data-directory=/var/lib/rauc

[handlers]
bootloader-custom-backend=/usr/lib/harbinger-image/slots

[keyring]
path=/etc/rauc/keyring.pem
use-bundle-signing-time=true
check-purpose=codesign

${['a', 'b']
  .map(
    (slot, index) => `[slot.rootfs.${index}]
device=/dev/disk/by-partuuid/${uuids[/** @type {'a' | 'b'} */ (slot)]}
type=raw
bootname=${slot}
`,
  )
  .join('\n')}`;
