/**
 * Writes software bills of materials, as CycloneDX 1.5 in JSON: one of everything that the lock file names, and one of each bundle. The
 * same packages give the same bytes, so there is no time and no serial number in it.
 *
 *   npm run sbom -- [--out FILE]
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Problem } from '../build/problem.mjs';
import { resolved } from './resolved.mjs';

/**
 * @typedef {{ version: string, name?: string, integrity?: string, license?: string, dev?: boolean, optional?: boolean, devOptional?: boolean,
 *   dependencies?: Record<string, string>, optionalDependencies?: Record<string, string>, peerDependencies?: Record<string, string> }} Locked
 * @typedef {Record<string, Locked>} LockedPackages by their paths
 */

const modules = 'node_modules/';

/**
 * @param {string} root
 * @param {string[]} argv
 * @param {(text: string) => void} say
 */
export function sbom(root, argv, say) {
  let out = join(root, '.cache/sbom/harbinger.cdx.json');
  try {
    out = parseArgs({ args: argv, options: { out: { type: 'string' } } }).values.out ?? out;
  } catch (error) {
    throw new Problem('USAGE', String(error instanceof Error ? error.message : error));
  }
  const packages = lockedPackages(root);
  const made = sbomOf(
    root,
    Object.keys(packages).filter((path) => path !== ''),
  );
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, made);
  say(`${out}  ${JSON.parse(made).components.length} components`);
}

/** @param {string} root @returns {LockedPackages} */
export function lockedPackages(root) {
  return JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
}

/**
 * Returns the bill of these packages of the lock file.
 * @param {string} root
 * @param {Iterable<string>} paths
 * @param {{ name?: string, node?: string }} more `name` of what has them; `node`: the version of Node that comes with them
 */
export function sbomOf(root, paths, { name = 'harbinger', node } = {}) {
  const packages = lockedPackages(root);
  const own = /** @type {{ version: string, license: string }} */ (
    JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  );
  const chosen = new Set(paths);
  const ref = `pkg:npm/${name}@${own.version}`;
  /** @type {Map<string, object>} */
  const components = new Map();
  /** @type {Map<string, Set<string>>} */
  const needs = new Map();
  for (const path of ['', ...[...chosen].sort()]) {
    const locked = packages[path];
    if (!locked) throw new Problem('BUNDLE_CONTENTS', `${path} is not in package-lock.json`);
    const from = path === '' ? ref : purlOf(path, locked);
    if (path !== '' && !components.has(from)) components.set(from, componentOf(path, locked));
    const found = needs.get(from) ?? new Set();
    needs.set(from, found);
    for (const needed of namesNeeded(locked)) {
      const at = resolved(packages, path, needed);
      if (at !== null && chosen.has(at)) found.add(purlOf(at, /** @type {Locked} */ (packages[at])));
    }
  }
  if (node !== undefined) {
    const purl = `pkg:generic/node@${node}`;
    components.set(purl, { type: 'platform', name: 'node', version: node, purl, 'bom-ref': purl });
    needs.get(ref)?.add(purl);
  }
  const byRef = (/** @type {[string, unknown]} */ [a], /** @type {[string, unknown]} */ [b]) =>
    a < b ? -1 : 1;
  const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        name,
        version: own.version,
        purl: ref,
        'bom-ref': ref,
        licenses: licencesOf(own.license),
      },
    },
    components: [...components].sort(byRef).map(([, component]) => component),
    dependencies: [...needs]
      .sort(byRef)
      .map(([each, dependsOn]) => ({ ref: each, dependsOn: [...dependsOn].sort() })),
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

/**
 * @param {string} path
 * @param {Locked} locked
 */
function componentOf(path, locked) {
  const purl = purlOf(path, locked);
  const full = nameOf(path, locked);
  const [group, name] = full.startsWith('@') ? full.split('/') : [undefined, full];
  return {
    type: 'library',
    ...(group !== undefined && { group }),
    ...{ name, version: locked.version, purl, 'bom-ref': purl },
    scope: locked.dev ? 'excluded' : locked.optional || locked.devOptional ? 'optional' : 'required',
    ...(locked.license !== undefined && { licenses: licencesOf(locked.license) }),
    ...(locked.integrity !== undefined && { hashes: hashesOf(locked.integrity) }),
  };
}

/** @param {string} licence an SPDX id or expression, or other words */
function licencesOf(licence) {
  if (/^\(?[\w.+-]+( (OR|AND|WITH) |\)|$)/.test(licence) && / (OR|AND|WITH) /.test(licence))
    return [{ expression: licence }];
  return [
    { license: /^[\w.+-]+$/.test(licence) && licence !== 'UNLICENSED' ? { id: licence } : { name: licence } },
  ];
}

/** @param {string} integrity as npm has it, in base64 */
function hashesOf(integrity) {
  /** @type {Record<string, string>} */
  const algorithms = { sha512: 'SHA-512', sha384: 'SHA-384', sha256: 'SHA-256', sha1: 'SHA-1' };
  return integrity.split(' ').flatMap((each) => {
    const [algorithm = '', digest = ''] = each.split('-', 2);
    const alg = algorithms[algorithm];
    return alg === undefined ? [] : [{ alg, content: Buffer.from(digest, 'base64').toString('hex') }];
  });
}

/** @param {Locked} locked */
const namesNeeded = ({ dependencies, optionalDependencies, peerDependencies }) =>
  Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });

/**
 * @param {string} path
 * @param {Locked} locked
 */
const nameOf = (path, { name }) => name ?? path.slice(path.lastIndexOf(modules) + modules.length);

/**
 * @param {string} path
 * @param {Locked} locked
 */
const purlOf = (path, locked) => `pkg:npm/${nameOf(path, locked).replace('@', '%40')}@${locked.version}`;
