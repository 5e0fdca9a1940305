/** Collects the licences of everything that a bundle ships. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../build/problem.mjs';

const licenceFile = /^(licen[cs]e|notice|copying|third.party)/i;

/**
 * Writes a file for each package with the text of its licence, and a list.
 * @param {string} root
 * @param {string} into
 * @param {{ bundled: Iterable<string>, copied: Map<string, string>, node: string }} shipped `bundled`: folders in the tree
 *   whose code is in the built files; `copied`: those that are copied as packages, and where they come from
 */
export function writeLicences(root, into, { bundled, copied, node }) {
  mkdirSync(into, { recursive: true });
  const folders = new Map([...bundled].map((path) => [path, join(root, path)]));
  for (const [path, from] of copied) folders.set(path, from);
  const rows = [...folders].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, folder]) => rowOf(folder, into));
  cpSync(join(node, 'LICENSE'), join(into, 'node.txt'));
  const { version } = JSON.parse(readFileSync(join(node, 'package.json'), 'utf8'));
  rows.push(`node ${version}: MIT, with what it contains (node.txt)`);
  const head = 'Harbinger is under the Apache License 2.0 (LICENSE). It ships:\n\n';
  writeFileSync(join(into, 'README.txt'), `${head}${[...new Set(rows)].join('\n')}\n`);
}

/**
 * @param {string} folder
 * @param {string} into
 */
function rowOf(folder, into) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (typeof license !== 'string' || license === '')
    throw new Problem('BUNDLE_CONTENTS', `${name} ${version} in ${folder} does not say its licence`);
  const texts = readdirSync(folder)
    .filter((file) => licenceFile.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  const by = typeof author === 'object' && author !== null ? author.name : author;
  const own = `${name} ${version}, by ${by ?? `the authors of ${name}`}, under the licence ${license}`;
  const file = `${name.replaceAll('/', '+')}-${version}.txt`;
  const path = join(into, file);
  if (!existsSync(path)) writeFileSync(path, `${own}\n\n${texts.join('\n\n')}\n`);
  return `${name} ${version}: ${license} (${file})`;
}
