import pino from 'pino';
import { LogOutput } from './log-output.ts';

export type Log = pino.Logger;

const redacted = ['password', '*.password', '*.*.password', 'token', '*.token', 'secret', '*.secret'];

/**
 * Structured logs on stderr (stdout belongs to commands' output). Secrets are redacted by name. Where stderr cannot be
 * written, lines are lost, and nothing else happens.
 */
export function createLog(name: string, level: string = process.env.HARBINGER_LOG ?? 'info'): Log {
  return pino({ name, level, redact: redacted, base: { name } }, new LogOutput());
}

export const silentLog: Log = pino({ level: 'silent' });
