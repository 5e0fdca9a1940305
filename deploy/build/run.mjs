/**
 * What `npm start`, `npm test` and `npm run …` begin with: builds what the command needs, if it is not built, and runs it.
 *
 *   node deploy/build/run.mjs COMMAND [arguments]
 *
 * This file keeps to syntax that very old versions of Node can read, so that they end with a sentence.
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
