/** `harbinger machines teach`: what is normal for a machine is learnt from its history: a CSV, an InfluxDB, or what its cloud has stored. */
import { userInfo } from 'node:os';
import type { KnownMachine, Lesson, Saved, TeachOutcome } from '../../../../gateway/ports/retiring.ts';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import { randomHex, systemRandom } from '../../../../shared/runtime/random.ts';
import { exitCodes } from '../../exit-codes.ts';
import { type Endpoint, findEndpoint, request } from '../../http-client.ts';
import { printable, printJson } from '../../output.ts';
import { isUnsaved } from './at-gateway.ts';
import { doubtsText } from './doubts-text.ts';
import { cloudHistory, csvHistory, type History, type TeachOptions } from './history.ts';
import { influxHistory } from './influx-history.ts';
import type { NamedMachine } from './names.ts';

const lessonRows = 1_000;
/** More rows than are needed to learn: that there are too few is not the reason. */
const rowsMany = 600;
type Taught = TeachOutcome & Partial<Saved>;

/** Sets the exit code 1 if the machine is not known, or was not taught. */
export async function teachAtGateway(name: NamedMachine, options: TeachOptions): Promise<void> {
  const endpoint = findEndpoint('gateway', options);
  const { machines } = (await request(endpoint, 'GET', '/api/machines?limit=100000')) as {
    machines: KnownMachine[];
  };
  const known = machines.find(({ site, machine }) => site === name.site && machine === name.machine);
  const shown = printable(`${name.site}/${name.machine}`, 130);
  if (!known) {
    process.stderr.write(`the gateway does not know ${shown}\n`);
    process.exitCode = exitCodes.failed;
    return;
  }
  const history = await historyOf(known, options);
  const who = { by: options.by ?? userInfo().username, isSure: options.anyway === true };
  const outcome = await teach(endpoint, name, history, who);
  if (options.json) printJson(outcome);
  else {
    const said = outcome.isTaught
      ? taughtText(outcome)
      : `${untaughtText(outcome, history.unreadable)}; what it has learnt stays${whatToDo(outcome)}`;
    const whole = outcome.isKnown
      ? `${shown}: ${said}`
      : `${shown} has sent nothing since its gateway started`;
    (outcome.isTaught ? process.stdout : process.stderr).write(`${whole}\n`);
    for (const line of notes(outcome, history, known.sensors)) process.stderr.write(`${line}\n`);
  }
  if (!outcome.isTaught || isUnsaved(outcome, options.json)) process.exitCode = exitCodes.failed;
}

async function historyOf(known: KnownMachine, options: TeachOptions): Promise<History> {
  if (options.from !== undefined && options.influx !== undefined)
    throw new HarbingerError('USAGE', 'cli', 'give either --from or --influx');
  if (options.from !== undefined) return csvHistory(options.from, known);
  return options.influx === undefined ? cloudHistory(known, options) : influxHistory(known, options);
}

function taughtText({ rows, atRest, learning }: Taught): string {
  const more = atRest > 0 ? ` (${atRest} at rest)` : '';
  const knows = learning
    ? `how its sensors go together needs ${learning.needed} days, of which ${learning.days} are known`
    : 'it is judged by that from now on';
  return `learnt from ${rows} rows${more}; ${knows}`;
}

const whatToDo = ({ doubts = [] }: Taught): string =>
  doubts.length > 0
    ? '. Give a history of this machine in the units that it sends, or repeat the command with --anyway if this one is right'
    : '';

const counted = (count: number) => count.toLocaleString('en-US');

/** Why what is normal could not be learnt: what is wrong with the times, or that there is too little. */
function untaughtText(outcome: Taught, unreadable: History['unreadable']): string {
  const { rows, atRest, doubts = [], unknownSensors, emptySensors = [] } = outcome;
  if (doubts.length > 0) return `it was not taught: ${doubtsText(doubts)}`;
  if (rows >= rowsMany) {
    const named = emptySensors.length > 0 ? `${listed(emptySensors)}: ` : '';
    return `no sensor has enough values in the ${counted(rows)} rows of this history (${named}none, or none within the range of its type${unknownSensors.length > 0 ? '; are the columns named as the sensors are?' : ''})`;
  }
  const rest = atRest > 0 ? `, besides ${counted(atRest)} at rest,` : '';
  const few = `${counted(rows)} ${rows === 1 ? 'row is' : 'rows are'}${rest} too few to learn what is normal`;
  return [...timeProblems(outcome, unreadable), few].join('; ');
}

/** Says what is wrong with the times of rows that were left out. */
function timeProblems(outcome: Taught, { column, example }: History['unreadable']): string[] {
  // Gateways of an earlier version do not tell these apart.
  const { rows, atRest, leftOut, withoutTime = 0, ofFuture = 0 } = outcome;
  const all = rows + atRest + leftOut;
  const of = (count: number) =>
    `${counted(count)} of ${counted(all)} ${all === 1 ? 'row' : 'rows'} ${count === 1 ? 'is' : 'are'}`;
  const disordered = leftOut - withoutTime - ofFuture;
  const inColumn = `in column ${printable(column, 64)}${example ? `, e.g. ${printable(example, 64)}` : ''}`;
  const unread =
    withoutTime === all
      ? `no time could be read ${inColumn}`
      : `${of(withoutTime)} without a time that can be read ${inColumn}`;
  return [
    ...(withoutTime > 0 ? [unread] : []),
    ...(disordered > 0 ? [`${of(disordered)} out of order: the oldest row must be the first`] : []),
    ...(ofFuture > 0 ? [`${of(ofFuture)} of the future`] : []),
  ];
}

/** Says what the history has in vain, and what it lacks. */
function notes(outcome: Taught, { leftOut, unreadable }: History, sensors: readonly string[]): string[] {
  const { isKnown, isTaught, rows, atRest, unknownSensors, emptySensors = [], doubts = [] } = outcome;
  const unknown = [...leftOut, ...unknownSensors];
  const empty = rows + atRest > 0 ? emptySensors.filter((name) => sensors.includes(name)) : [];
  const verb = empty.length === 1 ? 'has' : 'have';
  return [
    ...(isTaught ? timeProblems(outcome, unreadable).map((problem) => `left out: ${problem}`) : []),
    ...(isKnown && unknown.length > 0
      ? [`left out, since the machine has no such sensor (case matters): ${listed(unknown)}`]
      : []),
    ...(isTaught && doubts.length > 0 ? [`taught all the same: ${doubtsText(doubts)}`] : []),
    ...(empty.length > 0 ? [`${listed(empty)} ${verb} no value in this history`] : []),
  ];
}

const listed = (names: readonly string[]) => printable(names.join(', '), 300);

async function teach(
  endpoint: Endpoint,
  { site, machine }: NamedMachine,
  { sensors, rows }: History,
  { by, isSure }: { by: string; isSure: boolean },
): Promise<Taught> {
  const teaching = randomHex(systemRandom, 16);
  let isFirst = true;
  const send = async (lesson: Pick<Lesson, 'rows' | 'isLast' | 'isSure'>): Promise<Taught> => {
    const body = { site, machine, by, teaching, sensors, isFirst, ...lesson };
    isFirst = false;
    return (await request(endpoint, 'POST', '/api/machines/teach', body)) as Taught;
  };
  let waiting: (number | string | null)[][] = [];
  for await (const row of rows) {
    waiting.push(row);
    if (waiting.length < lessonRows) continue;
    const outcome = await send({ rows: waiting, isLast: false });
    waiting = [];
    if (!outcome.isKnown) return outcome;
  }
  return send({ rows: waiting, isLast: true, ...(isSure && { isSure }) });
}
