/** `harbinger config`: checks a configuration file, hashes a password. */
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { ConfigError, type ConfigProblem } from '../../../shared/config/problem.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { hashPassword } from '../../../shared/security/passwords.ts';
import { validityWarnings } from '../certificates.ts';
import { exitCodes, printJson } from '../output.ts';

export function addConfig(program: Command): void {
  const group = program.command('config').description('check configuration; make password hashes');
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
      'print the whole configuration, defaults filled in, secrets hidden; or the list of problems',
    )
    .addHelpText('after', '\nExample:\n  harbinger config check gateway gateway.toml\n')
    .action(async (role: string, file: string, options: { json?: boolean }) => {
      const { config: checked, problems } = await check(role, file);
      if (problems.length > 0) {
        if (!options.json) throw new ConfigError(problems);
        printJson({ problems });
        process.exitCode = exitCodes.usage;
        return;
      }
      for (const warning of validityWarnings(checked, systemClock.nowMs()))
        process.stderr.write(`warning: ${warning}\n`);
      if (options.json) printJson(hideSecrets(checked));
      else process.stdout.write(`${file} is a sound ${role} configuration\n`);
    });
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

async function check(role: string, file: string): Promise<{ config: unknown; problems: ConfigProblem[] }> {
  if (role === 'gateway') {
    const { checkGatewayConfig } = await import('../../../gateway/main.ts');
    return checkGatewayConfig({ config: file }, { files: true });
  }
  if (role === 'cloud') {
    const { checkCloudConfig } = await import('../../../cloud/main.ts');
    return checkCloudConfig({ config: file }, { files: true });
  }
  throw new HarbingerError('USAGE', 'cli', `'${role}' is neither gateway nor cloud`);
}

function hideSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hideSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      /password|token|secret/i.test(key) && typeof item === 'string'
        ? '(hidden)'
        : key === 'headers' && typeof item === 'object' && item !== null
          ? Object.fromEntries(Object.keys(item).map((name) => [name, '(hidden)']))
          : hideSecrets(item),
    ]),
  );
}
