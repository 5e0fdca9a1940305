/** `harbinger config diff` and `reload`: what a changed configuration would do, and having it done. */
import type { Command } from 'commander';
import { ConfigError } from '../../../shared/config/problem.ts';
import { type ConfigChanges, changesBetween, type ReloadReport } from '../../../shared/config/reload.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { checkSide, liveSettingsOf, sideOf } from '../config-sides.ts';
import { exitCodes } from '../exit-codes.ts';
import { findEndpoint, request } from '../http-client.ts';
import { type ReachOptions, withReach } from '../options.ts';
import { printable, printJson } from '../output.ts';

export function addConfigChanges(group: Command): void {
  withReach(group.command('diff'), 'gateway')
    .description(
      'say what reading a changed configuration would do: what is in force at once, and what needs a restart',
    )
    .argument('<gateway|cloud>', 'side that is asked, or that the files configure')
    .argument('[old]', 'compare two files instead: the one that runs …')
    .argument('[new]', '… and the one that would')
    .addHelpText(
      'after',
      `
Examples:
  harbinger config diff gateway                       the gateway that runs here, with its file as it is now
  harbinger config diff cloud cloud.toml new.toml     two files, without asking anybody

Names are printed and no values, as these may be secrets.
`,
    )
    .action(diff);
  withReach(group.command('reload'), 'gateway')
    .description(
      'have a running gateway or cloud read its configuration again, and say what needs a restart, and why',
    )
    .argument('<gateway|cloud>', 'which of them')
    .addHelpText('after', '\nExample:\n  harbinger config reload gateway\n')
    .action(reload);
}

async function diff(
  side: string,
  before: string | undefined,
  after: string | undefined,
  options: ReachOptions,
): Promise<void> {
  const changes = before === undefined ? await atRunning(side, options) : await ofFiles(side, before, after);
  if (options.json) return printJson(changes);
  tell(changes, 'would be in force at once', 'would need a restart');
}

async function reload(side: string, options: ReachOptions): Promise<void> {
  const endpoint = findEndpoint(sideOf(side), options);
  const report = (await request(endpoint, 'POST', '/api/configuration/reload')) as ReloadReport;
  if (report.problems.length > 0) process.exitCode = exitCodes.failed;
  if (options.json) return printJson(report);
  tell(report, 'in force now', 'needs a restart');
  for (const problem of report.problems) process.stderr.write(`${printable(problem, 400)}\n`);
}

async function atRunning(side: string, options: ReachOptions): Promise<ConfigChanges> {
  const endpoint = findEndpoint(sideOf(side), options);
  return (await request(endpoint, 'GET', '/api/configuration/changes')) as ConfigChanges;
}

async function ofFiles(side: string, before: string, after: string | undefined): Promise<ConfigChanges> {
  if (after === undefined)
    throw new HarbingerError('USAGE', 'cli', 'two files are compared: name the other one, too');
  const [old, next] = [await soundConfig(side, before), await soundConfig(side, after)];
  return changesBetween(old, next, await liveSettingsOf(side));
}

async function soundConfig(side: string, file: string): Promise<object> {
  const { config, problems } = await checkSide(side, file);
  if (problems.length > 0) throw new ConfigError(problems);
  return config as object;
}

function tell({ inForce, afterRestart }: ConfigChanges, now: string, later: string): void {
  const lines = [
    ...inForce.map((setting) => `${setting}: ${now}`),
    ...afterRestart.map(({ setting, why }) => `${setting}: ${later}, as ${why}`),
  ];
  if (lines.length === 0)
    lines.push('no setting differs from what runs; certificates are looked at all the same');
  process.stdout.write(`${lines.map((line) => printable(line, 300)).join('\n')}\n`);
}
