/**
 * The build behind `npm start`, `npm test` and `npm run …` (deploy/build): builds the targets that a command needs unless
 * they are up to date, and runs it. It is JavaScript, because nothing is compiled yet, and imports nothing of the product
 * but a lock.
 *
 *   node deploy/build/run.mjs COMMAND [arguments]
 *
 * This file uses only syntax that very old versions of Node can parse, so that they end with one sentence.
 */
const needed = [20, 19];
const version = process.versions.node.split('.').map(Number);

if (version[0] > needed[0] || (version[0] === needed[0] && version[1] >= needed[1])) {
  import('./commands.mjs').then(({ main }) => main(process.argv.slice(2)));
} else {
  process.stderr.write(
    `harbinger: this is Node ${process.versions.node}, and Node ${needed.join('.')} or newer is needed (22 and 24 too); ` +
      'README.md says under "A Node that fits" how to get one\n',
  );
  process.exitCode = 1;
}
