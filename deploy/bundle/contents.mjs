/** Chooses and copies what is in a bundle: the code that its side reaches, the packages that this needs, data and Node. */
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Problem } from '../build/problem.mjs';
import { missingImports } from './complete.mjs';
import { architectures, packageFolder } from './fetch.mjs';
import { writeLicences } from './licences.mjs';
import { resolved } from './resolved.mjs';
import { sbomOf } from './sbom.mjs';

/** @typedef {{ fileName: string, source: string | null, imports: string[], packages: string[] }} Part of dist/parts.json */

/** Source files that a side starts with, and those that it does without although something could load them. */
const code = {
  gateway: {
    entries: [
      'deploy/cli/main.ts',
      'gateway/deadletters/lmdb/old-letters-reader.ts',
      'gateway/pipeline/thread.ts',
      'gateway/watch/model/model-worker.ts',
    ],
    without: ['cloud/main.ts', 'cloud/config.ts'],
  },
  cloud: { entries: ['deploy/cli/main.ts', 'gateway/watch/model/model-worker.ts'], without: [] },
};

/**
 * What runs of the packages that stay packages, because they find files beside themselves: a pattern of paths.
 * @type {Record<string, (arch: string) => RegExp>}
 */
const runsOf = {
  lmdb: () => /^(package\.json|[^/]+\.js|util\/.*\.js|dict\/.*|dist\/index\.cjs)$/,
  '@lmdb/lmdb-linux': () => /^(package\.json|node\.napi\.glibc\.node|index\.js)$/,
  'classic-level': (arch) =>
    new RegExp(String.raw`^(package\.json|[^/]+\.js|prebuilds/linux-${arch}/(?!.*musl).*)$`),
  '@serialport/bindings-cpp': (arch) =>
    new RegExp(String.raw`^(package\.json|dist/.*\.js|prebuilds/linux-${arch}/(?!.*musl).*)$`),
  '@tensorflow/tfjs-backend-wasm': () => /^(package\.json|dist\/tfjs-backend-wasm(-simd)?\.wasm)$/,
  '@duckdb/node-bindings-linux': () => /^(package\.json|[^/]+\.(js|node|so))$/,
};
/** Of any other package: code and its data, without what is for browsers, compilers and tests. */
const runs =
  /^(?!.*(^|\/)(test|tests|bench|benchmarks?|examples|scripts|deps|docs)\/)(?!(.*\/)?(bin|[a-z]+\.config)\.[cm]?js$).*\.([cm]?js|json)$/;

/**
 * Packages that code finds with `createRequire`: the files of one are read beside its code, which is bundled, and the other
 * explains what is wrong (shared/runtime/schema/errors.ts).
 */
export const loadedByName = ['@tensorflow/tfjs-backend-wasm', 'ajv'];

/** Packages that others name and that never run here: for compilers, tests and other backends, or only for speed. */
const unneeded =
  /^(@types\/.*|napi-macros|node-addon-api|msgpackr-extract|buffer|base64-js|ieee754|seedrandom|@tensorflow\/tfjs-backend-cpu)$/;
const byArchitecture = /^(@lmdb\/lmdb-linux|@duckdb\/node-bindings-linux)/;

/**
 * @param {string} root
 * @param {string} into
 * @param {{ side: string, arch: import('./fetch.mjs').Architecture, dist: string }} what
 */
export async function fillFolder(root, into, { side, arch, dist }) {
  const cpu = architectures[arch];
  /** @type {Part[]} */
  const parts = JSON.parse(readFileSync(join(dist, 'parts.json'), 'utf8'));
  const { entries, without } = side === 'gateway' ? code.gateway : code.cloud;
  const reached = reachedParts(parts, entries, without);
  for (const { fileName } of reached) copy(join(dist, fileName), join(into, 'dist', fileName));
  copy(join(dist, 'model-digests.json'), join(into, 'dist', 'model-digests.json'));
  if (side === 'cloud') cpSync(join(dist, 'console'), join(into, 'dist', 'console'), { recursive: true });

  const packages = neededPackages(root, externalOf(reached), cpu);
  for (const [path, folder] of packages) copyPackage(folder, join(into, path), path, cpu);
  for (const name of ['shared/domain/types', 'shared/modbus/maps', 'models/artefacts', 'deploy/examples'])
    cpSync(join(root, name), join(into, name), { recursive: true });

  const node = packageFolder(root, `node-linux-${cpu}`);
  copy(join(node, 'bin', 'node'), join(into, 'bin', 'node'));
  writeFileSync(join(into, 'bin', 'harbinger'), starter);
  writeManifest(root, into, side);
  const bundled = reached.flatMap((part) => part.packages);
  writeLicences(root, join(into, 'licences'), { bundled, copied: packages, node });
  const { version } = JSON.parse(readFileSync(join(node, 'package.json'), 'utf8'));
  const bill = sbomOf(root, [...bundled, ...packages.keys()], { name: `harbinger-${side}`, node: version });
  writeFileSync(join(into, 'sbom.cdx.json'), bill);
  setModes(into);
  const missing = missingImports(into);
  if (missing.length > 0)
    throw new Problem('BUNDLE_CONTENTS', `packages import what is not in the bundle: ${missing.join('; ')}`);
}

const starter = `#!/bin/sh
# Runs the tool with the Node beside it. The options keep its memory small.
here=$(dirname "$(readlink -f "$0")")
exec "$here/node" "$here/../dist/deploy/cli/main.js" "$@"
`;

/**
 * @param {string} root
 * @param {string} into
 * @param {string} side
 */
function writeManifest(root, into, side) {
  const { name, version, description, license, type, engines } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  const own = { name, version, description, license, private: true, type, engines, harbinger: { side } };
  writeFileSync(join(into, 'package.json'), `${JSON.stringify(own, null, 2)}\n`);
  copy(join(root, 'LICENSE'), join(into, 'LICENSE'));
}

/**
 * Returns the built files that imports reach from the entries, over all but those left out.
 * @param {readonly Part[]} parts
 * @param {readonly string[]} entries
 * @param {readonly string[]} without
 */
export function reachedParts(parts, entries, without) {
  const byFile = new Map(parts.map((part) => [part.fileName, part]));
  const bySource = new Map(parts.map((part) => [part.source, part]));
  const [first, left] = [entries, without].map((sources) =>
    sources.map((source) => {
      const part = bySource.get(source);
      if (part) return part;
      throw new Problem(
        'BUNDLE_CONTENTS',
        `${source} is not a file of its own in dist: see deploy/bundle/contents.mjs`,
      );
    }),
  );
  const reached = new Set(first);
  for (const part of reached) {
    for (const name of part.imports) {
      const next = byFile.get(name);
      if (next && !left?.includes(next)) reached.add(next);
    }
  }
  return [...reached].sort((a, b) => (a.fileName < b.fileName ? -1 : 1));
}

/**
 * Returns the packages that built files import as packages.
 * @param {readonly Part[]} parts
 */
function externalOf(parts) {
  const names = parts.flatMap(({ imports }) => imports.filter((name) => /^(@[\w-]+\/)?[\w-]+$/.test(name)));
  return new Set([...names, ...loadedByName].filter((name) => name !== '@tensorflow/tfjs-node'));
}

/**
 * Returns where each package lies in the bundle, and where it is copied from, with all that they need.
 * @param {string} root
 * @param {Iterable<string>} names
 * @param {string} cpu
 * @returns {Map<string, string>}
 */
function neededPackages(root, names, cpu) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  /** @type {Map<string, string>} */
  const found = new Map();
  const open = [...names].map((name) => ({ name, from: '' }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const path = resolved(packages, next.from, next.name);
    if (path === null || found.has(path) || unneeded.test(next.name)) continue;
    const { os, libc, cpu: cpus, dependencies, optionalDependencies } = packages[path];
    if (cpus && !(os?.includes('linux') && cpus.includes(cpu) && !libc?.includes('musl'))) continue;
    if (next.name.endsWith('-musl')) continue;
    found.set(path, cpus ? packageFolder(root, next.name) : join(root, path));
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies }))
      if (next.name !== '@tensorflow/tfjs-backend-wasm') open.push({ name, from: path });
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * @param {string} from
 * @param {string} into
 * @param {string} path in node_modules
 * @param {string} cpu
 */
function copyPackage(from, into, path, cpu) {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const pattern = runsOf[byArchitecture.exec(name)?.[0] ?? name]?.(cpu) ?? runs;
  const files = readdirSync(from, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(from.length + 1));
  for (const file of files)
    if (pattern.test(file) && !file.startsWith('node_modules/')) copy(join(from, file), join(into, file));
}

/**
 * @param {string} from
 * @param {string} to
 */
function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { dereference: true });
}

/** Makes only the two programs executable, whatever modes the packages came with. @param {string} folder */
function setModes(folder) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) setModes(path);
    else chmodSync(path, folder.endsWith('/bin') && existsSync(join(folder, 'harbinger')) ? 0o755 : 0o644);
  }
}
