/** `npm run chaos`: causes faults, drawn from a seed, in real processes. Prints a table and returns an exit code. */
import { writeFileSync } from 'node:fs';
import { reportError } from '../../deploy/cli/output.ts';
import { runChaos } from './chaos.ts';
import { faults } from './faults/faults.ts';
import { readOptions, usage } from './options.ts';
import { tableOf } from './table.ts';

const say = (text: string) => void process.stdout.write(`${text}\n`);

// Exits in order, so that no processes and disks are left behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    say(`stopped by ${signal}`);
    process.exit(130);
  });
}

try {
  const args = process.argv.slice(2);
  const options = args.includes('--help') ? null : readOptions(args);
  if (args.includes('--help')) say(usage);
  else if (options) {
    const report = await runChaos(options, say);
    say(tableOf(report));
    if (options.jsonFile !== undefined)
      writeFileSync(options.jsonFile, `${JSON.stringify(report, null, 2)}\n`);
    process.exitCode = report.problems === 0 ? 0 : 1;
  } else {
    for (const { kind, target } of faults) say(`${kind} (${target})`);
  }
} catch (error) {
  process.exitCode = reportError(error);
}
