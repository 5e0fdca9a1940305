/**
 * `harbinger config` (deploy/cli/config): checks a configuration file, has a running side read its own again, hashes a password. What a
 * configuration may say is declared beside the code that reads it.
 */
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { ConfigError, describeProblem } from '../../../shared/config/problem.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { hashPassword } from '../../../shared/security/passwords.ts';
import { shellQuoted, toolName } from '../../shown-commands.ts';
import { validityWarnings } from '../certificates.ts';
import { checkSide, otherSide, otherSideHint } from '../config-sides.ts';
import { exitCodes } from '../exit-codes.ts';
import { printJson } from '../output.ts';
import { addConfigChanges } from './changes.ts';
import { hideSecrets } from './hide-secrets.ts';

export function addConfig(program: Command): void {
  const group = program
    .command('config')
    .description('check configuration, see what a change would do, have it read again; make password hashes');
  group
    .command('check')
    .description(
      'check a configuration file, its drop-ins, machine types and TLS files, without starting anything; ' +
        'every problem is listed with file and line',
    )
    .argument('<gateway|cloud>', 'side that the file configures')
    .argument('<file>', 'TOML file')
    .option(
      '--json',
      'print the whole configuration with the names of this version, defaults filled in, secrets hidden; or the list of problems',
    )
    .addHelpText('after', '\nExample:\n  harbinger config check gateway gateway.toml\n')
    .action(async (role: string, file: string, options: { json?: boolean }) => {
      const { config: checked, problems, warnings, schema } = await checkSide(role, file);
      for (const warning of warnings) process.stderr.write(`warning: ${describeProblem(warning)}\n`);
      if (problems.length > 0) {
        const hint = await otherSideHint(role, file, problems);
        if (hint !== null)
          process.stderr.write(
            `${hint}: ${toolName()} config check ${otherSide(role)} ${shellQuoted(file)}\n`,
          );
        if (!options.json) throw new ConfigError(problems);
        printJson({ problems });
        process.exitCode = exitCodes.usage;
        return;
      }
      for (const warning of validityWarnings(checked, systemClock.nowMs()))
        process.stderr.write(`warning: ${warning}\n`);
      if (options.json) printJson(hideSecrets(checked, schema));
      else process.stdout.write(`${file} is a sound ${role} configuration\n`);
    });
  addConfigChanges(group);
  group
    .command('hash-password')
    .description('read a password from the terminal or a pipe and print its hash for passwordHash')
    .action(async () => {
      const lines = createInterface({ input: process.stdin });
      const { value } = await lines[Symbol.asyncIterator]().next();
      lines.close();
      if (typeof value !== 'string' || value.length < 8) {
        throw new HarbingerError(
          'USAGE',
          'cli',
          'a password has at least 8 characters; give it on standard input',
        );
      }
      process.stdout.write(`${await hashPassword(value)}\n`);
    });
}
