/** `harbinger settings`: settings of gateways in place of what their configuration files say. */
import type { Command } from 'commander';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import { type ReachOptions, withReach } from '../../options.ts';
import { printJson } from '../../output.ts';
import {
  ask,
  listDocuments,
  printDocuments,
  removeDocument,
  type SetOptions,
  type WhoOptions,
  withEnd,
  withWho,
} from './asking.ts';

const kind = 'settings';
const settingText = 'its place in the configuration of the gateway, e.g. decisions.alerts.sampleMs';

export function addSettings(program: Command): void {
  const group = program
    .command('settings')
    .description('settings of gateways in place of what their configuration files say: show, set, unset')
    .addHelpText(
      'after',
      `
Examples:
  harbinger settings show --gateway hall
  harbinger settings set decisions.alerts.sampleMs 5000 --gateway hall --for 2h --why "to look closer"
  harbinger settings unset decisions.alerts.sampleMs --gateway hall --why "seen enough"

It is in force within seconds at a gateway that is connected, and stays in force off-line and over restarts. What a
gateway reads at its start alone waits for its next start; \`show\` says so. A gateway refuses what may not be set
from the cloud, such as keys, addresses and passwords, and says what may.
`,
    );

  withReach(group.command('show', { isDefault: true }), 'cloud')
    .option('--gateway <name>', 'only what is for this gateway, or for all')
    .description('list them, the latest first, and where they are not as asked for')
    .addHelpText('after', '\nExample:\n  harbinger settings show --gateway hall --json\n')
    .action(async (options: ReachOptions & { gateway?: string }) => {
      const { gateway } = options;
      const all = await listDocuments(options, kind);
      const documents = all.filter((each) => gateway === undefined || (each.gateway ?? gateway) === gateway);
      if (options.json) printJson({ documents });
      else printDocuments(documents, gateway !== undefined);
    });

  withEnd(group.command('set'))
    .argument('<setting>', settingText)
    .argument('<value>', 'a number, true, false, or a text')
    .description('set one; what is for one gateway counts more than what is for all')
    .addHelpText(
      'after',
      '\nExample:\n  harbinger settings set decisions.promotion.readingsMin 50000 --why "more evidence"\n',
    )
    .action((setting: string, value: string, options: SetOptions) =>
      ask({ kind, body: { setting, value: parsed(value) } }, options),
    );

  withWho(group.command('unset'))
    .argument('<setting>', settingText)
    .description('let the configuration file say it again')
    .addHelpText(
      'after',
      '\nExample:\n  harbinger settings unset decisions.promotion.readingsMin --why "as before"\n',
    )
    .action(async (setting: string, options: WhoOptions) => {
      const documents = await listDocuments(options, kind);
      if (!documents.some(({ name, gateway }) => name === setting && gateway === options.gateway))
        throw new HarbingerError('USAGE', 'cli', 'it is not set so; see `harbinger settings show`');
      await removeDocument({ kind, name: setting }, options);
    });
}

function parsed(text: string): number | boolean | string {
  if (text === 'true' || text === 'false') return text === 'true';
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}
