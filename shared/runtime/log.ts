import pino from 'pino';

export type Log = pino.Logger;

const redacted = ['password', '*.password', '*.*.password', 'token', '*.token', 'secret', '*.secret'];

/** Structured logs on stderr (stdout belongs to commands' output). Secrets are redacted by name. */
export function createLog(name: string, level: string = process.env.HARBINGER_LOG ?? 'info'): Log {
  return pino({ name, level, redact: redacted, base: { name } }, pino.destination({ fd: 2, sync: true }));
}

export const silentLog: Log = pino({ level: 'silent' });
