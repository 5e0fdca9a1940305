import { isatty } from 'node:tty';
import pino from 'pino';
import { LogOutput } from './log-output.ts';

export type Log = pino.Logger;

const redacted = ['password', '*.password', '*.*.password', 'token', '*.token', 'secret', '*.secret'];

/**
 * Structured logs on stderr (stdout belongs to commands' output): readable lines on a terminal, JSON elsewhere. Secrets are redacted by name. Where stderr cannot be
 * written, lines are lost, and nothing else happens.
 */
export function createLog(name: string, level: string = process.env.HARBINGER_LOG ?? 'info'): Log {
  return pino(
    { name, level, redact: redacted, base: { name } },
    isatty(2) ? new LogOutput(undefined, readableLine) : new LogOutput(),
  );
}

export const silentLog: Log = pino({ level: 'silent' });

/** Fields that each line has, or that do not help on a terminal. */
const known = new Set(['level', 'time', 'name', 'msg', 'pid', 'hostname']);

/**
 * Turns a line of JSON into one for people: `19:25:03 WARN  gateway  uplink down  ·  cause: connect ECONNREFUSED`. Other
 * lines stay as they are. All have a line feed at the end.
 */
export function readableLine(line: string): string {
  const entry = parsed(line);
  if (entry === null) return line;
  const { level, time, name, msg } = entry;
  const at = new Date(Number(time)).toTimeString().slice(0, 8);
  const severity = (pino.levels.labels[Number(level)] ?? String(level)).toUpperCase().padEnd(5);
  const about = Object.entries(entry)
    .filter(([key, value]) => !known.has(key) && value !== null)
    .map(([key, value]) => `${key}: ${textOf(value)}`);
  const said = [textOf(msg ?? ''), ...(about.length > 0 ? [about.join(', ')] : [])].join('  ·  ');
  return `${at} ${severity} ${textOf(name)}  ${withoutControls(said)}\n`;
}

function parsed(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'level' in value ? { ...value } : null;
  } catch {
    return null;
  }
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** Texts from devices must not control the terminal. */
function withoutControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '·');
}
