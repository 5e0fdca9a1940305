/** `harbinger fleet`: what people want of gateways, as documents of any kind. */
import { type Command, InvalidArgumentError } from 'commander';
import { type DocumentName, keyOf, nameOfKey } from '../../../../shared/contract/fleet/documents.ts';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import { type ReachOptions, withReach } from '../../options.ts';
import { printable, printJson } from '../../output.ts';
import { timeInLine } from '../../shown-times.ts';
import {
  ask,
  listDocuments,
  placeText,
  printDocuments,
  removeDocument,
  type SetOptions,
  type WhoOptions,
  withEnd,
  withWho,
} from './asking.ts';

export function addFleet(program: Command): void {
  const group = program
    .command('fleet')
    .description('what is wanted of gateways, of any kind, and how it stands there: list, show, set, remove')
    .addHelpText(
      'after',
      `
Examples:
  harbinger fleet list
  harbinger fleet show overrides/mute:hall-1/fan-3
  harbinger fleet set overrides '{"action":"mute","site":"hall-1","machine":"fan-3"}' --why "new bearing" --for 4h
  harbinger fleet remove overrides/mute:hall-1/fan-3 --why "it runs well"

A gateway that is connected follows within seconds. One that is not keeps what it has, and follows when it is.
For overrides there are plainer commands: harbinger overrides, harbinger machines mute.
`,
    );

  withReach(group.command('list', { isDefault: true }), 'cloud')
    .description('list what is wanted, the latest first, and where it is not as asked for')
    .option('--kind <kind>', 'only of this kind, e.g. overrides')
    .addHelpText('after', '\nExample:\n  harbinger fleet list --kind overrides --json\n')
    .action(async (options: ReachOptions & { kind?: string }) => {
      const documents = await listDocuments(options, options.kind);
      if (options.json) printJson({ documents });
      else printDocuments(documents, false);
    });

  withReach(group.command('show'), 'cloud')
    .description('show one, with how it stands at each gateway')
    .argument('<key>', 'KIND/NAME, or KIND/NAME@GATEWAY, as list shows it', documentName)
    .addHelpText('after', '\nExample:\n  harbinger fleet show overrides/mute:hall-1/fan-3\n')
    .action(async (name: DocumentName, options: ReachOptions) => {
      const documents = await listDocuments(options, name.kind);
      const document = documents.find((each) => keyOf(each) === keyOf(name));
      if (!document)
        throw new HarbingerError(
          'USAGE',
          'cli',
          `there is no '${keyOf(name)}'; see \`harbinger fleet list\``,
        );
      if (options.json) return printJson({ document });
      const line = (what: string, text: string) => `${`${what}:`.padEnd(11)}${printable(text, 500)}\n`;
      const { text, who, why, askedMs, untilMs, version, isOver, gateways } = document;
      const end = untilMs === undefined ? 'until it is removed' : timeInLine(untilMs);
      process.stdout.write(
        [
          line('What', text),
          line('By', who),
          line('Why', why),
          line('Asked for', `${timeInLine(askedMs)}, version ${version}`),
          line('Until', `${end}${isOver ? ': it is over' : ''}`),
          line('Content', JSON.stringify(document.body)),
          ...gateways.map((standing) => `${placeText(standing)}\n`),
        ].join(''),
      );
    });

  withEnd(group.command('set'))
    .description('want something; what was wanted under the same name is replaced')
    .argument('<kind>', 'e.g. overrides')
    .argument('<body>', 'its content, as JSON', jsonObject)
    .option('--name <name>', 'its name (default: one that says of what it is)')
    .addHelpText(
      'after',
      `\nExample:\n  harbinger fleet set overrides '{"action":"rules","type":"pump"}' --why "the model is odd" --until 2026-12-24T06:00\n`,
    )
    .action((kind: string, body: Record<string, unknown>, options: SetOptions & { name?: string }) =>
      ask({ kind, body, ...(options.name !== undefined && { name: options.name }) }, options),
    );

  withWho(group.command('remove'))
    .description('want it no more')
    .argument('<key>', 'KIND/NAME, or KIND/NAME@GATEWAY, as list shows it', documentName)
    .addHelpText(
      'after',
      '\nExample:\n  harbinger fleet remove overrides/rules:type:pump --why "a new model"\n',
    )
    .action(({ kind, name, gateway }: DocumentName, options: WhoOptions) =>
      removeDocument({ kind, name }, { ...options, ...(gateway !== undefined && { gateway }) }),
    );
}

function documentName(text: string): DocumentName {
  const name = nameOfKey(text);
  if (!name) throw new InvalidArgumentError('KIND/NAME is needed, as `harbinger fleet list` shows it');
  return name;
}

function jsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {}
  throw new InvalidArgumentError('a JSON object is needed');
}
