/** `harbinger models shadow`, `promote` and the like: which version of a model judges, and which is tried beside it. */
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { Comparison } from '../../../../cloud/api/models/compare.ts';
import type { ShownDocument } from '../../../../cloud/ports/fleet/fleet.ts';
import type { ModelRole, ModelsBody } from '../../../../shared/contract/fleet/models.ts';
import { parsedRef } from '../../../../shared/contract/models/model-ref.ts';
import { loadMachineTypes } from '../../../../shared/domain/machine-types.ts';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import { findEndpoint, request } from '../../http-client.ts';
import { type ReachOptions, withReach } from '../../options.ts';
import { printJson } from '../../output.ts';
import {
  ask,
  listDocuments,
  removeDocument,
  type SetOptions,
  type WhoOptions,
  withEnd,
  withWho,
} from './asking.ts';
import { comparisonText } from './comparison-text.ts';

const kind = 'models';
const modelText = 'NAME@VERSION, e.g. pump-rul@2.1.0';

type TypeOption = { type?: string };
type WhichOptions = { machines?: string[]; share?: number };
type Extra = WhichOptions & { before?: string };

/** Adds the commands that ask something of gateways to `harbinger models`. */
export function addModelTrials(group: Command): void {
  withWhich(withType(withEnd(group.command('shadow'))))
    .description('have a version run beside the one that judges, on live readings; nothing follows from it')
    .argument('<ref>', modelText, model)
    .addHelpText(
      'after',
      `
Examples:
  harbinger models shadow pump-rul@2.1.0 --machines 'plant/*' --why "new training"
  harbinger models shadow pump-rul@2.1.0 --share 0.1 --for 7d --why "new training"
  harbinger models trials pump-rul
`,
    )
    .action((name: string, options: SetOptions & TypeOption & WhichOptions) =>
      set('shadow', name, options, whichOf(options)),
    );

  withWhich(withType(withEnd(group.command('ab'))))
    .description('have a version judge a share of the machines, chosen by a hash of their names')
    .argument('<ref>', modelText, model)
    .addHelpText(
      'after',
      '\nExample:\n  harbinger models ab pump-rul@2.1.0 --share 0.5 --for 60d --why "is it better?"\n',
    )
    .action((name: string, options: SetOptions & TypeOption & WhichOptions) =>
      set('ab', name, options, { share: 0.5, ...whichOf(options) }),
    );

  addTrials(group);

  withType(withWho(group.command('promote')))
    .description(
      'have a version judge all machines of its type; the one before it stays warm, and comes back if it is worse',
    )
    .argument('<ref>', modelText, model)
    .addHelpText(
      'after',
      '\nExample:\n  harbinger models promote pump-rul@2.1.0 --why "it spares false alarms"\n',
    )
    .action(promote);

  withType(withWho(group.command('rollback')))
    .description('have the version judge again that did before the latest promotion')
    .argument('<ref>', 'NAME or NAME@VERSION of the model that judges now')
    .option('--to <model>', 'this version, in place of the one before', model)
    .addHelpText(
      'after',
      '\nExamples:\n  harbinger models rollback pump-rul --why "odd on Mondays"\n  harbinger models rollback pump-rul --to pump-rul@2.0.0 --why "odd on Mondays"\n',
    )
    .action(rollBack);

  withType(withWho(group.command('stop')))
    .description('end what a version does beside: its shadow, and its share of machines')
    .argument('<ref>', 'NAME or NAME@VERSION of the candidate')
    .addHelpText('after', '\nExample:\n  harbinger models stop pump-rul@2.1.0 --why "enough is known"\n')
    .action(stop);
}

function addTrials(group: Command): void {
  withReach(group.command('trials'), 'cloud')
    .description('show what versions say that are tried, beside those that judge')
    .argument('[name]', 'NAME or NAME@VERSION of a candidate (default: all)')
    .addHelpText(
      'after',
      `
Examples:
  harbinger models trials
  harbinger models trials pump-rul@2.1.0 --json

Gateways tell of it at most every five minutes, and soon after a trial has begun. What warnings turned out to be is from
\`harbinger outcomes\`. Intervals hold 95 %.
`,
    )
    .action(async (name: string | undefined, options: ReachOptions) => {
      const query = name === undefined ? '' : `?model=${encodeURIComponent(name)}`;
      const answer = (await request(
        findEndpoint('cloud', options),
        'GET',
        `/api/models/compared${query}`,
      )) as {
        trials: Comparison[];
      };
      if (options.json) return printJson(answer);
      const text = answer.trials.map(comparisonText).join('\n');
      process.stdout.write(text === '' ? 'nothing is tried, and nothing was\n' : text);
    });
}

function withType(command: Command): Command {
  return command.option('--type <type>', 'the machine type (default: the one that has a model of this name)');
}

function withWhich(command: Command): Command {
  return command
    .option('--machines <pattern...>', 'only these: SITE/MACHINE, where * stands for any text')
    .option('--share <part>', 'only so great a part of them, by a hash of their names: 0.1', part);
}

async function set(
  role: ModelRole,
  name: string,
  options: SetOptions & TypeOption,
  which: Extra = {},
): Promise<void> {
  const body: ModelsBody = { role, machineType: typeOf(name, options), model: name, ...which };
  await ask({ kind, body }, options);
}

async function promote(name: string, options: WhoOptions & TypeOption): Promise<void> {
  const machineType = typeOf(name, options);
  const documents = await documentsOf(machineType, options);
  const before = beforeOf(
    name,
    documents.find(({ body }) => body.role === 'active'),
  );
  await set('active', name, options, before === undefined ? {} : { before });
  // It judges all machines now, also those that a trial of another version judged.
  const beside = documents.filter(
    ({ body }) => body.role === 'ab' || (body.role !== 'active' && body.model === name),
  );
  for (const document of beside)
    await removeDocument(
      { kind, name: document.name },
      { ...options, why: `${name} was promoted`, isQuiet: options.json === true },
    );
}

/** The version that a rollback brings back: the one that is replaced, or the one before it where gateways have taken that back. */
export function beforeOf(
  name: string,
  replaced: Pick<ShownDocument, 'body' | 'gateways'> | undefined,
): string | undefined {
  if (!replaced) return undefined;
  const { model, before } = replaced.body as { model: string; before?: string };
  const isTakenBack = replaced.gateways.some(
    ({ differs }) => differs?.includes('it was rolled back') === true,
  );
  return model === name || isTakenBack ? before : model;
}

async function rollBack(
  name: string,
  { to, ...options }: WhoOptions & TypeOption & { to?: string },
): Promise<void> {
  const machineType = typeOf(name, options);
  const active = (await documentsOf(machineType, options)).find(({ body }) => body.role === 'active');
  if (!active && to === undefined)
    throw new HarbingerError(
      'USAGE',
      'cli',
      `no person has promoted a model for machines of type '${machineType}'; where a gateway has by itself, say which is to judge: --to NAME@VERSION`,
    );
  const isNamed = parsedRef(name) === null || active?.body.model === name;
  if (active && !isNamed && to === undefined)
    throw new HarbingerError('USAGE', 'cli', `${name} was not promoted last: ${active.body.model} was`);
  const before = to ?? (active?.body.before as string | undefined);
  if (before !== undefined) return set('active', before, { ...options, type: machineType });
  if (active) await removeDocument({ kind, name: active.name }, options);
}

async function stop(name: string, options: WhoOptions & TypeOption): Promise<void> {
  const isMeant = ({ body }: ShownDocument) =>
    body.role !== 'active' && (body.model === name || String(body.model).startsWith(`${name}@`));
  const documents = (await documentsOf(typeOf(name, options), options)).filter(isMeant);
  if (documents.length === 0)
    throw new HarbingerError(
      'USAGE',
      'cli',
      `'${name}' runs beside nowhere; see \`harbinger fleet list --kind models\``,
    );
  for (const document of documents) await removeDocument({ kind, name: document.name }, options);
}

async function documentsOf(machineType: string, options: WhoOptions): Promise<ShownDocument[]> {
  const documents = await listDocuments(options, kind);
  return documents.filter(
    ({ body, gateway }) => body.machineType === machineType && gateway === options.gateway,
  );
}

function typeOf(name: string, { type }: TypeOption): string {
  if (type !== undefined) return type;
  const model = parsedRef(name)?.name ?? name;
  const found = [...loadMachineTypes().values()].filter((each) => each.model?.replaceAll('/', '-') === model);
  if (found.length === 1) return found[0]!.name;
  throw new HarbingerError('USAGE', 'cli', `say of which machine type '${model}' is: --type pump`);
}

const whichOf = ({ machines, share }: WhichOptions): WhichOptions => ({
  ...(machines && { machines }),
  ...(share !== undefined && { share }),
});

function model(text: string): string {
  if (!parsedRef(text)) throw new InvalidArgumentError(`${modelText} is needed`);
  return text;
}

function part(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError('a part above 0 and up to 1 is needed');
  return value;
}
