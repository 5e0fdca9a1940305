#!/usr/bin/env node
/**
 * The command-line tool `harbinger` (deploy/cli). Commands that start something are in run/, those that ask a
 * running gateway or cloud in inspect/, those that work on files in tools/. A command loads its heavy modules
 * only when it runs, so that the tool starts quickly.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { packageRoot } from '../../shared/files/paths.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { addAudit } from './inspect/audit.ts';
import { addDeadLetters } from './inspect/deadletters.ts';
import { addDecisions } from './inspect/decisions.ts';
import { addNotifications } from './inspect/notifications.ts';
import { addQuarantine } from './inspect/quarantine.ts';
import { addQuery } from './inspect/query.ts';
import { endWithReader, exitCodes, reportError } from './output.ts';
import { addCloud } from './run/cloud.ts';
import { addGateway } from './run/gateway.ts';
import { addPlant } from './run/plant.ts';
import { addReplay } from './run/replay.ts';
import { addConfig } from './tools/config.ts';
import { addModels } from './tools/models.ts';

function version(): string {
  const about = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  return about.version;
}

const program = new Command('harbinger')
  .description('An edge gateway that hears machines wear out.')
  .version(version(), '--version', 'print the version')
  .helpCommand(false)
  .exitOverride()
  .configureHelp({ sortSubcommands: false })
  .addHelpText(
    'after',
    `
Examples:
  harbinger gateway --config gateway.toml          run a gateway
  harbinger cloud --config cloud.toml              run a cloud sink
  harbinger plant                                  a virtual plant that wears out
  harbinger replay deploy/examples/pump-history.csv --type pump --machine pump-7 --speed 1000
  harbinger query "select count(*) from pump"
  harbinger deadletters list                       what could not become a reading, and why

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.`,
  );

const add = [
  addGateway,
  addCloud,
  addPlant,
  addReplay,
  addQuery,
  addDecisions,
  addDeadLetters,
  addQuarantine,
  addNotifications,
  addAudit,
  addModels,
  addConfig,
];
for (const addCommand of add) addCommand(program);
// Commander reports wrong usage itself; the exit code is set below.
for (const command of program.commands) {
  command.exitOverride();
  for (const sub of command.commands) sub.exitOverride();
}

endWithReader(process.stdout);
try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError)
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  else process.exitCode = reportError(error);
}
// An open handle must not keep a finished process alive, or its supervisor would wait for ever.
systemClock.setTimer(10_000, () => process.exit());
