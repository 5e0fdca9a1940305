/**
 * `harbinger store` (deploy/cli/store): makes what a store needs on its server before the first reading. What is kept for how long
 * is the business of the cloud's retention, which works on every version alike.
 */
import type { Command } from 'commander';
import type { CloudConfig } from '../../../cloud/config.ts';
import { ConfigError } from '../../../shared/config/problem.ts';
import { checkSide } from '../config-sides.ts';
import { printJson } from '../output.ts';
import { type InitStep, initServer } from './server.ts';

interface InitFlags {
  dryRun?: boolean;
  json?: boolean;
}

export function addStore(program: Command): void {
  const group = program.command('store').description('the store of a cloud: init');
  group
    .command('init')
    .description('make the database or bucket of [store], where it is not there yet')
    .argument('<file>', 'the configuration of the cloud')
    .option('--dry-run', 'only say what would be made')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  harbinger store init /etc/harbinger/cloud.toml --dry-run
  harbinger store init cloud.toml --json

What is there is not changed, so it may be given again. The server itself is told to delete nothing: the cloud deletes and
thins what is old by [jobs.retention], and this command says what that is. The embedded store needs nothing.
`,
    )
    .action(async (file: string, { dryRun = false, json }: InitFlags) => {
      const { config, problems } = await checkSide('cloud', file);
      if (problems.length > 0) throw new ConfigError(problems);
      const { store, jobs } = config as CloudConfig;
      const isServer = store.kind === 'influx' && store.version !== 3;
      const steps = isServer ? await initServer(store, dryRun) : [];
      const { keepDays = 0, thinAfterDays = 0, thinToS = 60 } = jobs.retention ?? {};
      const retention = { keepDays, thinAfterDays, thinToS };
      const warnings = steps.flatMap((step) => warningsOf(step, keepDays));
      if (json) return printJson({ store: store.kind, steps, retention, warnings });
      if (store.kind === 'embedded') say('the embedded store needs nothing: the cloud makes it');
      else if (!isServer) say('InfluxDB 3 makes its database with the first reading');
      for (const { thing, state } of steps) say(`${thing}: ${state}`);
      say(keepDays === 0 ? 'readings are kept for ever' : `readings are kept for ${keepDays} days`);
      if (thinAfterDays > 0) say(`after ${thinAfterDays} days means of ${thinToS} s take their place`);
      for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
    });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function warningsOf({ thing, serverKeepsHours }: InitStep, keepDays: number): string[] {
  if (serverKeepsHours === null || (keepDays > 0 && serverKeepsHours >= keepDays * 24)) return [];
  const kept = keepDays === 0 ? 'for ever' : `for ${keepDays} days`;
  return [
    `${thing}: the server deletes after ${serverKeepsHours} h, though [jobs.retention] keeps readings ${kept}; let the server keep them longer`,
  ];
}
