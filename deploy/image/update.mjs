/** The signed bundle that updates a slot (RAUC), and the keys that sign it. They are made once, outside the repository. */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tool } from './tool.mjs';

/**
 * Returns the keys in a folder; makes them if there is none. Who has them can update every device whose image was made with them.
 * @param {string} folder
 */
export function keysIn(folder) {
  const at = (/** @type {string} */ file) => join(folder, file);
  const keys = { authority: at('authority.pem'), certificate: at('signing.pem'), key: at('signing.key') };
  if (existsSync(folder)) return keys;
  const work = `${folder}.new`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true, mode: 0o700 });
  const make = (/** @type {string[]} */ ...args) => tool('openssl', args);
  const inWork = (/** @type {string} */ file) => join(work, file);
  const days = ['-days', '9125'];
  const newKey = ['-newkey', 'rsa:3072', '-nodes'];
  make(
    'req',
    '-x509',
    ...newKey,
    ...days,
    '-subj',
    '/CN=Harbinger updates',
    '-keyout',
    inWork('authority.key'),
    '-out',
    inWork('authority.pem'),
  );
  make(
    'req',
    ...newKey,
    '-subj',
    '/CN=Harbinger signing',
    '-keyout',
    inWork('signing.key'),
    '-out',
    inWork('signing.csr'),
  );
  writeFileSync(inWork('extensions'), 'keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\n');
  make(
    ...[
      'x509',
      '-req',
      '-in',
      inWork('signing.csr'),
      '-CA',
      inWork('authority.pem'),
      '-CAkey',
      inWork('authority.key'),
      '-CAcreateserial',
    ],
    ...days,
    '-extfile',
    inWork('extensions'),
    '-out',
    inWork('signing.pem'),
  );
  for (const file of ['signing.csr', 'extensions']) rmSync(inWork(file));
  renameSync(work, folder);
  return keys;
}

/** Refuses an older version, and puts kernel and initramfs of the new system where the loader finds them. */
export const hook = `#!/bin/sh
case "$1" in
  install-check)
    running=$(cat /usr/share/harbinger-image/version)
    if dpkg --compare-versions "$RAUC_MF_VERSION" lt "$running" && [ ! -e /var/lib/harbinger-box/allow-downgrade ]; then
      echo "version $RAUC_MF_VERSION is older than $running, and may not be able to read its data" >&2
      exit 10
    fi
    [ "$RAUC_MF_COMPATIBLE" = "$RAUC_SYSTEM_COMPATIBLE" ] || { echo "this is for $RAUC_MF_COMPATIBLE" >&2; exit 11; }
    ;;
  slot-post-install)
    folder=$(mktemp -d /run/harbinger-slot.XXXXXX)
    mount -t squashfs -o ro "$RAUC_SLOT_DEVICE" "$folder" || exit 1
    /usr/lib/harbinger-image/boot-files "$folder" "$RAUC_SLOT_BOOTNAME"
    status=$?
    umount "$folder"
    exit $status
    ;;
esac
`;

/**
 * @param {{ work: string, squashfs: string, bundle: string, arch: string, version: string,
 *   signing: ReturnType<typeof keysIn> }} what
 */
export function makeUpdate({ work, squashfs, bundle, arch, version, signing }) {
  const content = join(work, 'update');
  rmSync(content, { recursive: true, force: true });
  mkdirSync(content, { recursive: true });
  writeFileSync(join(content, 'hook'), hook, { mode: 0o755 });
  copyFileSync(squashfs, join(content, 'system.img'));
  writeFileSync(
    join(content, 'manifest.raucm'),
    `[update]
compatible=harbinger-gateway-${arch}
version=${version}

[bundle]
format=verity

[hooks]
filename=hook
hooks=install-check

[image.rootfs]
filename=system.img
hooks=post-install
`,
  );
  rmSync(bundle, { force: true });
  tool('rauc', ['bundle', `--cert=${signing.certificate}`, `--key=${signing.key}`, content, bundle]);
  rmSync(content, { recursive: true });
}
