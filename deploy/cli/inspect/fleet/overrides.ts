/** `harbinger overrides`, and `harbinger machines mute`: a person's word in place of what gateways decide by themselves. */
import { Argument, type Command, InvalidArgumentError } from 'commander';
import type { MachineState } from '../../../../cloud/ports/machines.ts';
import {
  alertSeverities,
  type OverrideAction,
  type OverrideBody,
  overrideActions,
} from '../../../../shared/contract/fleet/overrides.ts';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import { findEndpoint, request } from '../../http-client.ts';
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

const kind = 'overrides';
const whereText = 'SITE/MACHINE, or a whole SITE';

type Where = Pick<OverrideBody, 'site' | 'machine'>;
type ScopeOptions = { type?: string; all?: boolean; model?: string; severity?: string };

export function addOverrides(program: Command): void {
  const group = program
    .command('overrides')
    .description('what people say in place of what gateways decide by themselves: list, set, remove')
    .addHelpText(
      'after',
      `
Examples:
  harbinger overrides list
  harbinger overrides set mute hall-1/fan-3 --for 4h --why "new bearing"      nobody is told of its alerts
  harbinger overrides set rules --type pump --why "the model is odd"          the rules decide, and no model
  harbinger overrides set pin plant/pump-2 --model pump-rul@2.0.0 --why "compare"
  harbinger overrides set alert plant/pump-2 --for 8h --why "loud bearing"    an alert is open, whatever is measured
  harbinger overrides set stop --type pump --why "odd"                        no version of its model is rolled out further
  harbinger overrides set stop plant/pump-2 --for 7d --why "under test"       it keeps the version that judges it now
  harbinger overrides set rules --all --until 2026-12-24T06:00 --why "trial"  for all machines
  harbinger overrides remove rules --type pump --why "a new model"

What is muted is judged and stored as ever: its alerts are on its page and in \`harbinger alerts list\`, and only
nobody is notified. What is still so when the mute ends is told then. It is in force within seconds at gateways
that are connected, and stays in force while they are cut off, over restarts too.
`,
    );

  withReach(group.command('list', { isDefault: true }), 'cloud')
    .description('list them, the latest first, and where they are not as asked for')
    .addHelpText('after', '\nExample:\n  harbinger overrides list --json\n')
    .action(async (options: ReachOptions) => {
      const documents = await listDocuments(options, kind);
      if (options.json) printJson({ documents });
      else printDocuments(documents, true);
    });

  withScope(withEnd(group.command('set').addArgument(actionArgument())))
    .option('--model <ref>', 'of pin: NAME@VERSION, e.g. pump-rul@2.0.0')
    .option('--severity <severity>', `of alert: ${alertSeverities.join(', ')} (default: warning)`)
    .description('set one; of a machine, its site, its type and all, the nearest counts')
    .addHelpText(
      'after',
      '\nExample:\n  harbinger overrides set mute hall-1 --for 2d --why "hall is being painted"\n',
    )
    .action(async (action: OverrideAction, where: Where | undefined, options: SetOptions & ScopeOptions) => {
      const { model, severity } = options;
      const said = { ...(model !== undefined && { model }), ...(severity !== undefined && { severity }) };
      const body = { ...scopeOf(where, options), action, ...said };
      if (action !== 'alert') return ask({ kind, body }, options);
      const { gateway, machineType } = await machineNamed(where, options);
      await ask({ kind, body: { ...body, machineType } }, { gateway, ...options });
    });

  withScope(withWho(group.command('remove').addArgument(actionArgument())))
    .description('end one before its time')
    .addHelpText('after', '\nExample:\n  harbinger overrides remove mute hall-1 --why "painting is done"\n')
    .action((action: OverrideAction, where: Where | undefined, options: WhoOptions & ScopeOptions) =>
      remove(action, scopeOf(where, options), options),
    );
}

/** Gateway and type of the machine of an alert. */
async function machineNamed(
  where: Where | undefined,
  options: SetOptions,
): Promise<{ gateway: string; machineType: string }> {
  if (where?.machine === undefined)
    throw new HarbingerError('USAGE', 'cli', 'an alert is of one machine: name SITE/MACHINE');
  if (options.for === undefined && options.until === undefined)
    throw new HarbingerError('USAGE', 'cli', 'say when the alert ends: --for or --until');
  const answer = (await request(findEndpoint('cloud', options), 'GET', '/api/machines')) as {
    machines: Pick<MachineState, 'gateway' | 'site' | 'machine' | 'machineType'>[];
  };
  const meant = answer.machines.filter(
    ({ gateway, site, machine }) =>
      site === where.site && machine === where.machine && gateway === (options.gateway ?? gateway),
  );
  if (meant.length === 1)
    return { gateway: meant[0]!.gateway, machineType: meant[0]!.machineType ?? 'generic' };
  const why =
    meant.length === 0
      ? 'the cloud knows no such machine'
      : 'several gateways have it: say which, with --gateway';
  throw new HarbingerError('USAGE', 'cli', `${where.site}/${where.machine}: ${why}`);
}

/** `machines mute` and `machines unmute`. */
export function addMute(machines: Command): void {
  withEnd(machines.command('mute'))
    .description('tell nobody of the alerts of a machine for a while; they are judged and stored as ever')
    .argument('<where>', whereText, place)
    .addHelpText('after', '\nExample:\n  harbinger machines mute hall-1/fan-3 --for 4h --why "new bearing"\n')
    .action((where: Where, options: SetOptions) =>
      ask({ kind, body: { ...where, action: 'mute' satisfies OverrideAction } }, options),
    );

  withWho(machines.command('unmute'))
    .description('tell of its alerts again; what is still so is told')
    .argument('<where>', whereText, place)
    .addHelpText('after', '\nExample:\n  harbinger machines unmute hall-1/fan-3 --why "it runs well"\n')
    .action((where: Where, options: WhoOptions) => remove('mute', where, options));
}

async function remove(
  action: OverrideAction,
  scope: Omit<OverrideBody, 'action'>,
  options: WhoOptions,
): Promise<void> {
  const documents = await listDocuments(options, kind);
  const isMeant = ({ body, gateway }: { body: Record<string, unknown>; gateway?: string }) =>
    gateway === options.gateway &&
    body.action === action &&
    (['site', 'machine', 'type', 'fleet'] as const).every((part) => body[part] === scope[part]);
  const document = documents.find(isMeant);
  if (!document)
    throw new HarbingerError('USAGE', 'cli', 'there is no such override; see `harbinger overrides list`');
  await removeDocument({ kind, name: document.name }, options);
}

function withScope(command: Command): Command {
  return command
    .argument('[where]', whereText, place)
    .option('--type <type>', 'all machines of this type')
    .option('--all', 'all machines');
}

function actionArgument(): Argument {
  return new Argument(
    '<action>',
    'mute: nobody is told of alerts; rules: the rules decide, and no model; pin: one version of the model judges; alert: an alert is open; stop: rollouts of models stop where they are',
  ).choices(overrideActions);
}

function scopeOf(where: Where | undefined, { type, all }: ScopeOptions): Omit<OverrideBody, 'action'> {
  const ways = [where, type, all].filter((way) => way !== undefined);
  if (ways.length !== 1)
    throw new HarbingerError(
      'USAGE',
      'cli',
      'name a machine (site/machine) or a site, or give --type or --all',
    );
  if (where) return where;
  return type === undefined ? { fleet: true } : { type };
}

function place(text: string): Where {
  const [site = '', machine, ...rest] = text.split('/');
  if (site === '' || machine === '' || rest.length > 0)
    throw new InvalidArgumentError('SITE/MACHINE or SITE is needed');
  return { site, ...(machine !== undefined && { machine }) };
}
