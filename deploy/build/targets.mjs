/** What can be built: from which files, into which folder, by which commands. */
import { join } from 'node:path';

/**
 * @typedef {object} Target
 * @property {string} name
 * @property {string} out the folder it is built into; replaced as a whole
 * @property {readonly string[]} folders of its inputs
 * @property {readonly string[]} files single inputs beside those
 * @property {(path: string) => boolean} isInput whether a file in the folders is one
 * @property {readonly string[]} tools packages without which it cannot be built
 * @property {(root: string, into: string) => string[][]} steps commands of Node that may run side by side
 */

const source = /\.(ts|tsx|css|html|svg|mjs)$/;
const testSource = /\.(test|testing)\.ts$/;

/** The product in a few files (deploy/bundle), and the page. @type {Target} */
export const product = {
  name: 'the product',
  out: 'dist',
  folders: ['gateway', 'cloud', 'shared', 'models', 'deploy'],
  files: ['package-lock.json', 'tsconfig.json'],
  isInput: (path) => source.test(path) && !testSource.test(path),
  tools: ['vite'],
  steps: (root, into) => [
    vite(root, 'deploy/bundle/vite.config.ts', into),
    vite(root, 'cloud/console/vite.config.ts', join(into, 'console')),
  ],
};

/** What tests, chaos, simulation and bench run as processes of their own, with the code that these use. @type {Target} */
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
