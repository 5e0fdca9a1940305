/** The command `harbinger replay`: checks the arguments, shows progress, returns the exit code. */
import { systemClock } from '../../shared/runtime/clock.ts';
import { formats, type ReplayOptions, wrong } from './options.ts';
import { type AskGateway, gatewayCounts, type Outcome, outcomeLines, outcomeSince } from './outcome.ts';
import { type ReplayOutput, type ReplayProgress, type ReplaySummary, runReplay } from './replay.ts';

const progressLineMs = 10_000;

function text(options: Record<string, unknown>, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function oneOf<T extends string>(
  value: string | undefined,
  name: string,
  allowed: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw wrong(`--${name} ${value}: it is one of ${allowed.join(', ')}`);
  return found;
}

function positive(value: unknown, name: string): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!(number > 0) || !Number.isFinite(number))
    throw wrong(`--${name} ${String(value)}: a number above 0 is needed`);
  return number;
}

/** Checks the arguments. Credentials may come from the environment, where other users cannot see them. */
export function replayOptions(
  file: string,
  given: Record<string, unknown>,
  env: NodeJS.ProcessEnv = process.env,
): ReplayOptions {
  const type = text(given, 'type');
  if (type === undefined) throw wrong('--type is needed: the machine type of what is in the file');
  const chosen: { [K in keyof ReplayOptions]: ReplayOptions[K] | undefined } = {
    file,
    type,
    speed: given.speed === 'max' ? 'max' : positive(given.speed, 'speed'),
    format: oneOf(text(given, 'format'), 'format', formats),
    site: text(given, 'site'),
    machine: text(given, 'machine'),
    machineColumn: text(given, 'machineColumn'),
    timeColumn: text(given, 'timeColumn'),
    rowsPerSecond: positive(given.rate, 'rate'),
    timestamps: oneOf(text(given, 'timestamps'), 'timestamps', ['now', 'original'] as const),
    decimal: oneOf(text(given, 'decimal'), 'decimal', ['.', ','] as const),
    behindDaysMax: positive(given.behindDays, 'behind-days'),
    machineTypesDir: text(given, 'machineTypes'),
    caFile: text(given, 'caFile'),
    announceFailures: given.announceFailures !== false,
    again: given.again === true,
    mqttUrl: text(given, 'mqttUrl'),
    username: text(given, 'username') ?? env.HARBINGER_MQTT_USERNAME,
    password: text(given, 'password') ?? env.HARBINGER_MQTT_PASSWORD,
  };
  const set = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
  return { ...set, file, type };
}

export interface Terminal {
  write(text: string): unknown;
  isTTY?: boolean;
}

/**
 * Returns exit code 0 if everything was sent and acknowledged, 1 if it was stopped before, or if rows became dead
 * letters. `ask` asks the API of the gateway that gets the rows; null if it was not found.
 */
export async function runReplayCommand(
  file: string,
  given: Record<string, unknown>,
  signal: AbortSignal,
  ask: AskGateway | null,
  streams: { stdout: Terminal; stderr: Terminal } = process,
): Promise<number> {
  const json = given.json === true;
  const options = replayOptions(file, given);
  const output = terminalOutput(streams.stderr, json);
  const before = ask && (await gatewayCounts(ask));
  const summary = await runReplay(options, output, signal);
  const outcome = ask && before && (await outcomeSince(before, ask, summary));
  if (streams.stderr.isTTY && !json) streams.stderr.write('\n');
  streams.stdout.write(
    json ? `${JSON.stringify({ ...summary, outcome }, null, 2)}\n` : sentences(summary, outcome),
  );
  return summary.complete && !outcome?.deadLetters ? 0 : 1;
}

/** Shows progress as one changing line on a terminal, elsewhere as a line every ten seconds. */
function terminalOutput(stderr: Terminal, quiet: boolean): ReplayOutput {
  let shownAtMs = Number.NEGATIVE_INFINITY;
  return {
    note(note) {
      if (!quiet) stderr.write(`${note}\n`);
    },
    progress(progress) {
      if (quiet) return;
      const nowMs = systemClock.monotonicMs();
      if (stderr.isTTY) stderr.write(`\r\u001b[K${progressLine(progress)}`);
      else if (nowMs - shownAtMs >= progressLineMs) {
        shownAtMs = nowMs;
        stderr.write(`${progressLine(progress)}\n`);
      }
    },
  };
}

function progressLine({ sent, acked, connected, done, secondsLeft }: ReplayProgress): string {
  const left = secondsLeft === null || !connected ? '' : `, about ${duration(secondsLeft)} left`;
  const waiting = connected ? '' : ', waiting for the gateway';
  return `${(done * 100).toFixed(0)} %: ${sent} sent, ${acked} acknowledged${left}${waiting}`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}

const outcomeUnknown =
  'whether rows were stored before or became dead letters is not known, because the gateway’s API did not answer: ' +
  'say where it is with --data DIR or --url URL';

function sentences(summary: ReplaySummary, outcome: Outcome | null): string {
  const { sent, acked, rowsRead, machines, seconds, resent, failuresAnnounced } = summary;
  const lines = [
    `${rowsRead} rows read, ${sent} sent as ${machines} machine(s) in ${seconds} s, ${acked} acknowledged`,
  ];
  lines.push(...(outcome ? outcomeLines(outcome, acked) : [outcomeUnknown]));
  if (resent > 0) lines.push(`${resent} sent again after a lost connection`);
  if (failuresAnnounced > 0) lines.push(`${failuresAnnounced} failures announced`);
  for (const [reason, count] of Object.entries(summary.skipped))
    lines.push(`${count} rows left out: ${reason}`);
  for (const [column, count] of Object.entries(summary.badCells)) {
    lines.push(`${count} cells of column '${column}' are not numbers and were left out`);
  }
  if (!summary.complete) lines.push('stopped before the end; replaying the file again is safe');
  return `${lines.join('\n')}\n`;
}
