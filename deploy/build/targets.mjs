/** The targets of the build: their input files, output folders and commands. */
import { join } from 'node:path';

/**
 * @typedef {object} Target
 * @property {string} name
 * @property {string} out output folder; replaced as a whole
 * @property {readonly string[]} folders folders of input files
 * @property {readonly string[]} files additional single input files
 * @property {(path: string) => boolean} isInput whether a file in the folders is an input
 * @property {readonly string[]} tools packages that the build requires
 * @property {(root: string, into: string) => string[][]} steps commands of Node, which may run in parallel
 */

const source = /\.(ts|tsx|css|html|svg|mjs)$/;
const testSource = /\.(test|testing)\.ts$/;

/** The product, with the digests of its models, bundled into a few files (deploy/bundle), and the console page. @type {Target} */
export const product = {
  name: 'the product',
  out: 'dist',
  folders: ['gateway', 'cloud', 'shared', 'models', 'deploy'],
  files: ['package-lock.json', 'tsconfig.json'],
  isInput: (path) => (source.test(path) && !testSource.test(path)) || path.startsWith('models/artefacts/'),
  tools: ['vite'],
  steps: (root, into) => [
    vite(root, 'deploy/bundle/vite.config.ts', into),
    vite(root, 'cloud/console/vite.config.ts', join(into, 'console')),
  ],
};

/** The programs that tests, chaos, simulation and bench run as separate processes. @type {Target} */
export const tests = {
  name: 'the tests’ own programs',
  out: '.cache/tests',
  folders: ['gateway', 'cloud', 'shared', 'models', 'deploy', 'test'],
  files: ['package-lock.json', 'tsconfig.json'],
  isInput: (path) =>
    /\.(ts|mjs)$/.test(path) && !/\.test\.ts$/.test(path) && !path.startsWith('cloud/console/'),
  tools: ['typescript'],
  steps: (root, into) => [
    [
      join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
      ...['-p', join(root, 'deploy', 'build', 'tsconfig.tests.json'), '--noCheck', '--outDir', into],
    ],
  ],
};

/**
 * @param {string} root
 * @param {string} config
 * @param {string} into
 */
function vite(root, config, into) {
  const bin = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  return [bin, 'build', '--config', join(root, config), '--outDir', into, '--logLevel', 'warn'];
}
