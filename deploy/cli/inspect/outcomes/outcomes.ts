/**
 * `harbinger outcomes` (deploy/cli/inspect/outcomes): what warnings turned out to be, failures that nobody was warned of, and what that
 * says of those who warned. `harbinger alerts outcome` says the same of one alert.
 */
import { Argument, type Command, Option } from 'commander';
import {
  type FailureOutcome,
  type Outcome,
  verdicts,
  type WarningOutcome,
} from '../../../../cloud/ports/outcomes/outcomes.ts';
import { whatOf } from '../../../../shared/contract/alerts/alert-kinds.ts';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import { outcomeText } from '../../../../shared/words/outcomes.ts';
import { localTimeText, localZone } from '../../../../shared/words/times.ts';
import { findEndpoint, request } from '../../http-client.ts';
import { fromOne, type ReachOptions, time, wholeNumber, withReach } from '../../options.ts';
import { printable, printJson, printList } from '../../output.ts';
import { shownTime, zoned } from '../../shown-times.ts';
import { machineName, type NamedMachine } from '../retire/names.ts';
import { judgedWithText, verdictText } from './outcome-texts.ts';
import { printSaid, type SayOptions, saidIn, setOutcome, withSaid } from './say.ts';
import { type Statistics, statisticsText } from './statistics-text.ts';

export function addOutcomes(program: Command): void {
  const group = program
    .command('outcomes')
    .description('what warnings turned out to be: list, show, set, add, statistics')
    .addHelpText(
      'after',
      `
Examples:
  harbinger outcomes list --machine hall-1/pump-3
  harbinger outcomes set 01JDZ… confirmed --cause "worn coupling"
  harbinger outcomes add hall-1/pump-3 --at 2026-11-30T04:10 --cause "seal broke, nobody was warned"
  harbinger outcomes statistics --last 40

A machine that is reported as failed confirms the warning that was open, or had been within a day before; without
one the failure was missed. What a person says stands against that. What is planned or unknown counts as neither.
`,
    );
  addList(group);
  addShow(group);
  withSaid(withReach(group.command('set'), 'cloud'))
    .description('say what a warning or a failure was; what was stated before is kept')
    .argument('<id>', 'its id, as `harbinger outcomes list` or `harbinger alerts list` shows it')
    .addArgument(new Argument('<verdict>').choices(verdicts))
    .option('--gateway <name>', 'the gateway, where several have one of this id')
    .action(setOutcome);
  addAdd(group);
  addStatistics(group);
}

function addList(group: Command): void {
  withReach(group.command('list', { isDefault: true }), 'cloud')
    .description(
      'list warnings and failures, newest first; a failure that was warned of is shown by its warning',
    )
    .option('--machine <site/machine>', 'only this machine')
    .addOption(new Option('--verdict <verdict>', 'only these').choices(verdicts))
    .option('--limit <n>', 'number of them', wholeNumber, 50)
    .action(async (options: ReachOptions & { machine?: string; verdict?: string; limit: number }) => {
      const { machine, verdict, limit } = options;
      const query = new URLSearchParams({ limit: '1000' });
      if (machine !== undefined) query.set('subject', machine);
      if (verdict !== undefined) query.set('verdict', verdict);
      const answer = await outcomesOf(options, query);
      const shown = answer.outcomes.filter((each) => each.kind === 'warning' || each.warnings.length === 0);
      const listed = shown.slice(0, limit);
      if (options.json) return printJson({ ...answer, outcomes: listed });
      printList([
        ['outcome', 'what', 'where', zoned('when'), 'raised by', 'said by', 'cause', 'id'],
        ...listed.map(rowOf),
      ]);
    });
}

function addShow(group: Command): void {
  withReach(group.command('show'), 'cloud')
    .description('show one with all that was stated of it')
    .argument('<id>', 'its id')
    .action(async (id: string, options: ReachOptions) => {
      const answer = await outcomesOf(options, new URLSearchParams({ id }));
      if (answer.outcomes.length === 0)
        throw new HarbingerError(
          'USAGE',
          'cli',
          `the cloud has no warning or failure '${printable(id, 128)}'; see \`harbinger outcomes list\``,
        );
      if (options.json) return printJson(answer);
      for (const outcome of answer.outcomes) process.stdout.write(shownText(outcome));
    });
}

function addAdd(group: Command): void {
  withSaid(withReach(group.command('add'), 'cloud'))
    .description('add a failure that was not reported: missed, unless a warning was open then')
    .argument('<site/machine>', 'the machine that failed', machineName)
    .addArgument(new Argument('[verdict]').choices(['missed', 'planned', 'unknown']))
    .option('--at <time>', 'when it failed, in local time unless it has a zone (default: now)', time)
    .option('--gateway <name>', 'the gateway, where several have a machine of this name')
    .addHelpText(
      'after',
      '\nExample:\n  harbinger outcomes add hall-1/pump-3 --at 2026-11-30T04:10 --cause "seal broke"\n',
    )
    .action(
      async (
        { site, machine }: NamedMachine,
        verdict: string | undefined,
        options: SayOptions & { at?: number },
      ) => {
        const { at } = options;
        const body = {
          ...{ site, machine, ...saidIn(options) },
          ...(verdict !== undefined && { verdict }),
          ...(at !== undefined && { at: String(at) }),
        };
        const answer = await request(findEndpoint('cloud', options), 'POST', '/api/outcomes', body);
        printSaid(answer as { outcome: Outcome }, options);
      },
    );
}

function addStatistics(group: Command): void {
  withReach(group.command('statistics'), 'cloud')
    .description('how often warnings were right, and how early, by policy, version and machine type')
    .option('--last <n>', 'the latest warnings of which it is known what they were, of each', fromOne, 40)
    .option('--machine <site/machine>', 'only this machine')
    .option('--type <type>', 'only machines of this type')
    .option('--model <name>', 'only this model, NAME or NAME@VERSION')
    .option('--since <time>', 'only what began since then', time)
    .addHelpText(
      'after',
      `
Intervals hold 95 %: of shares by Wilson (1927), of the median lead time by the ranks of its values.

Example:
  harbinger outcomes statistics --model pump-rul --last 100
`,
    )
    .action(async (options: StatisticsOptions) => {
      const { last, machine, type, model, since } = options;
      const query = new URLSearchParams({ last: String(last) });
      if (machine !== undefined) query.set('subject', machine);
      if (type !== undefined) query.set('machineType', type);
      if (model !== undefined) query.set('model', model);
      if (since !== undefined) query.set('since', String(since));
      const path = `/api/outcomes/statistics?${query}`;
      const answer = (await request(findEndpoint('cloud', options), 'GET', path)) as Statistics;
      if (options.json) return printJson(answer);
      process.stdout.write(statisticsText(answer));
    });
}

type StatisticsOptions = ReachOptions & {
  last: number;
  machine?: string;
  type?: string;
  model?: string;
  since?: number;
};

async function outcomesOf(
  options: ReachOptions,
  query: URLSearchParams,
): Promise<{ outcomes: Outcome[]; total: number }> {
  const path = `/api/outcomes?${query}`;
  return (await request(findEndpoint('cloud', options), 'GET', path)) as {
    outcomes: Outcome[];
    total: number;
  };
}

function rowOf(outcome: Outcome): string[] {
  const last = outcome.history.at(-1);
  const [what, at, by] =
    outcome.kind === 'warning'
      ? [whatOf(outcome.failureMode), outcome.openedAt, judgedWithText(outcome.raisedBy)]
      : ['failure', outcome.failedAt, ''];
  return [
    verdictText(outcome),
    printable(what, 64),
    printable(`${outcome.site}/${outcome.machine}`, 130),
    shownTime(Date.parse(at)),
    printable(by, 60),
    printable(last ? (last.isInferred ? 'inferred' : last.by || '–') : '', 64),
    printable(last?.cause ?? '', 60),
    printable(outcome.id, 128),
  ];
}

function shownText(outcome: Outcome): string {
  const line = (name: string, text: string) => `${`${name}:`.padEnd(13)}${printable(text, 500)}\n`;
  const at = (text: string) => localTimeText(Date.parse(text), true);
  const history = outcome.history.map(
    (entry) => `  ${at(entry.at)}  ${printable(outcomeText(entry), 1_000)}\n`,
  );
  return [
    line('Outcome', verdictText(outcome)),
    line('Where', `${outcome.site}/${outcome.machine} (${outcome.machineType}, gateway ${outcome.gateway})`),
    line('Times', localZone()),
    ...(outcome.kind === 'warning' ? warningLines(outcome, line, at) : failureLines(outcome, line, at)),
    ...(history.length > 0 ? ['What was stated:\n', ...history] : []),
  ].join('');
}

type Line = (name: string, text: string) => string;

function warningLines(outcome: WarningOutcome, line: Line, at: (text: string) => string): string[] {
  const { failureMode, severity, openedAt, endedAt, ending, failedAt, confidence, raisedBy } = outcome;
  return [
    line('What', `${whatOf(failureMode)} (${severity})`),
    line('Raised by', judgedWithText(raisedBy)),
    line(
      'How sure',
      confidence === null ? 'it is measured, not estimated' : `${Math.round(confidence * 100)} %`,
    ),
    line('Raised', at(openedAt)),
    line(
      'Ended',
      endedAt === null ? 'it is open' : `${at(endedAt)}${ending === undefined ? '' : ` (${ending})`}`,
    ),
    ...(failedAt === undefined ? [] : [line('Failed', at(failedAt))]),
  ];
}

function failureLines(
  { failedAt, judgedBy, warnings }: FailureOutcome,
  line: Line,
  at: (text: string) => string,
) {
  return [
    line('What', 'failure'),
    line('Failed', at(failedAt)),
    line('Judged by', judgedBy ? judgedWithText(judgedBy) : 'not known'),
    ...(warnings.length > 0 ? [line('Warned by', warnings.join(', '))] : []),
  ];
}
