/**
 * The build behind `npm start`, `npm test` and `npm run …` (deploy/build): builds the targets that a command needs unless
 * they are up to date, and runs it. It is JavaScript, because nothing is compiled yet, and imports nothing of the product
 * but a lock.
 *
 *   node deploy/build/run.mjs COMMAND [arguments]
 *
 * This file uses only syntax that very old versions of Node can parse, so that they end with one sentence.
 */
import { readFileSync } from 'node:fs';
import { nodeProblem } from './node-version.mjs';

const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const problem = nodeProblem(process.versions.node, engines.node);

if (problem === null) {
  import('./commands.mjs').then(({ main }) => main(process.argv.slice(2)));
} else {
  process.stderr.write(`harbinger: ${problem} [NODE_TOO_OLD]\n`);
  process.exitCode = 1;
}
