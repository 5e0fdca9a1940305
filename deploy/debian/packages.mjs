/**
 * Debian packages (deploy/debian): harbinger-gateway and harbinger-cloud, each a bundle (../bundle) with its service, user and
 * settings. scripts.mjs has what dpkg runs, prove.mjs installs, upgrades and removes them in a bare system. What is in the
 * bundle itself is chosen there, not here.
 *
 *   npm run packages -- [--side gateway|cloud] [--arch amd64|arm64] [--prove]
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Problem } from '../build/problem.mjs';
import { sourceTime } from '../bundle/archive.mjs';
import { bundleFolder, readArguments } from '../bundle/bundle.mjs';
import { prove } from './prove.mjs';
import { maintainerScripts } from './scripts.mjs';

const outFolder = '.cache/debian';

/**
 * @param {string} root
 * @param {string[]} argv
 * @param {(text: string) => void} say
 */
export async function packages(root, argv, say) {
  const isProof = argv.includes('--prove');
  const { sides, arches } = readArguments(argv.filter((word) => word !== '--prove'));
  const out = join(root, outFolder);
  mkdirSync(out, { recursive: true });
  if (isProof) return prove(root, out, say, makePackage);
  for (const side of sides) {
    for (const arch of arches) {
      say(`packing the ${side} for ${arch}`);
      const file = await makePackage(root, out, { side, arch, compression: 'xz' });
      say(`${file}  ${(statSync(file).size / 1e6).toFixed(1)} MB`);
    }
  }
}

/**
 * Makes a package and returns its path.
 * @param {string} root
 * @param {string} out
 * @param {{ side: string, arch: import('../bundle/fetch.mjs').Architecture, compression: string, version?: string }} what
 */
export async function makePackage(root, out, { side, arch, compression, version }) {
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const name = `harbinger-${side}`;
  const as = version ?? own.version;
  const tree = join(out, `${name}_${as}_${arch}`);
  rmSync(tree, { recursive: true, force: true });
  const bundle = await bundleFolder(root, out, { side, arch });
  const inTree = (/** @type {string} */ path) => join(tree, path);
  mkdirSync(inTree('usr/lib'), { recursive: true });
  renameSync(bundle, inTree(`usr/lib/${name}`));
  const from = join(root, 'deploy', 'debian');
  put(inTree(`usr/lib/systemd/system/${name}.service`), readFileSync(join(from, `${name}.service`)));
  put(
    inTree(`usr/lib/sysusers.d/${name}.conf`),
    `u harbinger - "Harbinger" /var/lib/harbinger\n${side === 'gateway' ? 'm harbinger dialout\n' : ''}`,
  );
  if (side === 'gateway')
    put(inTree('usr/lib/udev/rules.d/60-harbinger-gateway.rules'), readFileSync(join(from, 'serial.rules')));
  put(inTree(`etc/harbinger/${side}.toml`), settings(side));
  const doc = `usr/share/doc/${name}`;
  for (const page of ['install.md', 'field-problems.md', 'upgrading.md'])
    if (existsSync(join(root, 'deploy', 'docs', page)))
      put(inTree(`${doc}/${page}`), readFileSync(join(root, 'deploy', 'docs', page)));
  renameSync(inTree(`usr/lib/${name}/deploy/examples`), inTree(`${doc}/examples`));
  rmSync(inTree(`usr/lib/${name}/deploy`), { recursive: true });
  put(inTree(`${doc}/copyright`), copyright(name));
  const time = sourceTime(root);
  put(inTree(`${doc}/changelog.gz`), gzipSync(changelog(name, as, time), { level: 9 }));
  put(inTree(`usr/share/lintian/overrides/${name}`), overrides(name));
  for (const [script, text] of Object.entries(maintainerScripts(side, as)))
    put(inTree(`DEBIAN/${script}`), text, 0o755);
  put(inTree('DEBIAN/conffiles'), `/etc/harbinger/${side}.toml\n`);
  put(inTree('DEBIAN/md5sums'), sums(tree));
  put(inTree('DEBIAN/control'), control({ name, version: as, arch, side, about: own.description, tree }));
  setFolderModes(tree);
  const file = join(out, `${name}_${as}_${arch}.deb`);
  const { status, stderr, error } = spawnSync(
    'dpkg-deb',
    [
      '--root-owner-group',
      '--threads-max=1',
      `-Z${compression}`,
      ...(compression === 'gzip' ? ['-z1'] : []),
      '--build',
      tree,
      file,
    ],
    { encoding: 'utf8', env: { ...process.env, SOURCE_DATE_EPOCH: String(time) } },
  );
  if (status !== 0)
    throw new Problem('BUNDLE_TOOL', `dpkg-deb could not pack ${tree}: ${error?.message ?? stderr.trim()}`);
  rmSync(tree, { recursive: true });
  return file;
}

/** @param {string} side */
function settings(side) {
  return `# Settings of the ${side}. \`harbinger setup ${side}\` writes the first ones into ${side}.toml.d/ beside this file, whose files are
# merged over it. Put your own here, or into files there; a whole example is in /usr/share/doc/harbinger-${side}/examples.
# After a change: harbinger config check ${side} /etc/harbinger/${side}.toml && systemctl restart harbinger-${side}
`;
}

/**
 * @param {{ name: string, version: string, arch: string, side: string, about: string, tree: string }} of
 */
function control({ name, version, arch, side, about, tree }) {
  const what =
    side === 'gateway' ? 'edge gateway that hears machines wear out' : 'cloud of Harbinger gateways';
  const kib = Math.ceil(filesIn(tree).reduce((sum, path) => sum + statSync(path).size, 0) / 1024);
  return `Package: ${name}
Version: ${version}
Architecture: ${arch}
Maintainer: Harbinger <harbinger@packages.invalid>
Installed-Size: ${kib}
Depends: libc6 (>= 2.28), libstdc++6 (>= 8), systemd, init-system-helpers (>= 1.54)
Recommends: ca-certificates${side === 'gateway' ? ', udev' : ''}
Section: net
Priority: optional
Description: ${what}
 ${about}
 .
 It has a Node of its own and needs no other. The service starts after
 'harbinger setup ${side}' has asked for its first settings.
`;
}

/** @param {string} name */
function copyright(name) {
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: harbinger
Comment: What the package ships beside its own code, and under which licences, is in /usr/lib/${name}/licences.

Files: *
Copyright: The authors of Harbinger
License: Apache-2.0
 On Debian systems, the full text is in /usr/share/common-licenses/Apache-2.0.
`;
}

/**
 * @param {string} name
 * @param {string} version
 * @param {number} timeS
 */
function changelog(name, version, timeS) {
  const date = new Date(timeS * 1_000).toUTCString().replace('GMT', '+0000');
  return `${name} (${version}) unstable; urgency=medium

  * See changelog.md of the product.

 -- Harbinger <harbinger@packages.invalid>  ${date}
`;
}

/** Overrides of what lintian says of programs that are shipped as their makers built them, so that anybody can compare their digests. */
function overrides(/** @type {string} */ name) {
  const why =
    '# Node and the native modules are the files of their makers, unchanged, so that their digests can be compared.';
  const tags = [
    'unstripped-binary-or-object',
    'embedded-library',
    'hardening-no-pie',
    'library-not-linked-against-libc',
  ];
  return `${why}\n${tags.map((tag) => `${name}: ${tag} *\n`).join('')}`;
}

/** @param {string} tree */
function sums(tree) {
  return filesIn(tree)
    .map((path) => ({ path: path.slice(tree.length + 1), bytes: readFileSync(path) }))
    .filter(({ path }) => !path.startsWith('DEBIAN/') && !path.startsWith('etc/'))
    .map(({ path, bytes }) => `${createHash('md5').update(bytes).digest('hex')}  ${path}\n`)
    .sort()
    .join('');
}

/** @param {string} folder */
function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** @param {string} folder */
function setFolderModes(folder) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) setFolderModes(join(folder, entry.name));
}

/**
 * @param {string} path
 * @param {string | Buffer} content
 */
function put(path, content, mode = 0o644) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, mode);
}
