import { type Command, InvalidArgumentError, Option } from 'commander';
import { mqttAddress } from '../../shared/mqtt/address.ts';
import { type Clock, systemClock } from '../../shared/runtime/clock.ts';
import { exitCodes } from './exit-codes.ts';

/** Parses a TCP port; 0 lets the system choose one. */
export function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('a port is 0 … 65535');
  return value;
}

export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('a number above 0 is needed');
  return value;
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a whole number is needed');
  return value;
}

export function fromOne(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('a whole number from 1 is needed');
  return value;
}

const unitMs: Record<string, number> = { min: 60_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const minuteMs = 60_000;

/** Ms of `30min`, `30m`, `4h`, `2d`. */
export function duration(text: string): number {
  const found = /^(\d+(?:\.\d+)?)(min|m|h|d)$/.exec(text);
  const ms = found ? Number(found[1]) * unitMs[found[2]!]! : 0;
  if (ms < minuteMs) throw new InvalidArgumentError('a time such as 30min, 4h or 2d is needed');
  return Math.round(ms);
}

/** Parses a time, which is local unless it has a zone; ms since 1970. */
export function time(text: string): number {
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  if (Number.isNaN(ms))
    throw new InvalidArgumentError('a time such as 2026-11-30T14:00 or 2026-11-30T14:00Z is needed');
  return ms;
}

/**
 * Lets a command, and those below it, refuse an empty path, as a shell makes one of an unset variable: it would stand for
 * the working folder, or for a default.
 */
export function refuseEmptyPaths(command: Command): void {
  const refuseEmpty = (text: string) => {
    if (text === '') throw new InvalidArgumentError('the path is empty');
    return text;
  };
  const takesPath = (name: string) => /^(dir|file)$/.test(name);
  for (const option of command.options) {
    if (takesPath(/<(\w+)>$/.exec(option.flags)?.[1] ?? '')) option.argParser(refuseEmpty);
  }
  for (const argument of command.registeredArguments) {
    if (takesPath(argument.name())) argument.argParser(refuseEmpty);
  }
  for (const sub of command.commands) refuseEmptyPaths(sub);
}

const reasonNames = ['why', 'note'] as const;

/** Lets a command, and those below it, take its reason by either word: nobody remembers which command has which. */
export function takeEitherReason(command: Command): void {
  const has = (name: string) => command.options.some(({ long }) => long === `--${name}`);
  for (const [other, name] of [reasonNames, [...reasonNames].reverse()] as [string, string][]) {
    if (!has(name) || has(other)) continue;
    command.addOption(new Option(`--${other} <text>`).hideHelp());
    command.on(`option:${other}`, (text: string) =>
      command.setOptionValue(name, text).setOptionValue(other, undefined),
    );
    break;
  }
  for (const sub of command.commands) takeEitherReason(sub);
}

/** Parses the URL of an MQTT broker. */
export function mqttUrl(text: string): string {
  try {
    mqttAddress(text);
    return text;
  } catch {
    throw new InvalidArgumentError('an address such as mqtt://127.0.0.1:1883 is needed (or mqtts, ws, wss)');
  }
}

/** Parses the HTTP address of a gateway or cloud. */
export function httpUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && /^https?:$/.test(url.protocol)) return text;
  throw new InvalidArgumentError('an address such as http://127.0.0.1:8080 is needed (or https)');
}

/** Collects ids, one per argument. */
export function idList(text: string, previous: number[] = []): number[] {
  return [...previous, fromOne(text)];
}

/** How to reach a running gateway or cloud. */
export interface ReachOptions {
  url?: string;
  token?: string;
  data?: string;
  caFile?: string;
  json?: boolean;
}

export function withReach(command: Command, role: 'gateway' | 'cloud'): Command {
  // `replay` has it already, for MQTT and the API of the same gateway.
  if (!command.options.some(({ long }) => long === '--ca-file'))
    command.option('--ca-file <file>', 'whom to trust where it speaks HTTPS with a certificate of your own');
  return command
    .option('--url <url>', `the ${role}'s HTTP address (default: found through the data folder)`, httpUrl)
    .option('--token <token>', 'API token (better: $HARBINGER_TOKEN)')
    .option('--data <dir>', 'its data folder (default: its usual folder, or that of the demonstration)')
    .option('--json', 'print JSON');
}

/** Under npm a Ctrl-C arrives twice: from the terminal, and forwarded by npm. */
const sameSignalMs = 500;

/**
 * Aborts on SIGINT or SIGTERM, or when the supervising process is gone. A second signal ends the process at
 * once.
 */
export function stopSignal(clock: Clock = systemClock): AbortSignal {
  const controller = new AbortController();
  let firstMs: number | null = null;
  const stop = () => {
    const nowMs = clock.monotonicMs();
    firstMs ??= nowMs;
    if (nowMs - firstMs > sameSignalMs) process.exit(exitCodes.interrupted);
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  if (process.channel) {
    process.on('disconnect', () => controller.abort());
    process.channel.unref(); // the channel must not keep a process alive that has stopped
  }
  return controller.signal;
}
