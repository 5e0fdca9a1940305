import { HarbingerError } from '../runtime/errors.ts';

/** A receiver has refused for now and said when to retry. */
export class RetryAfterError extends HarbingerError {
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number) {
    super('NOTIFY_FAILED', 'alerts', message, { retry: true });
    this.retryAfterMs = retryAfterMs;
  }
}

const longestMs = 3_600_000;

/** Parses a `Retry-After` header (seconds or an HTTP date) into ms from now, at most an hour; 0 if there is none. */
export function retryAfterMs(header: string | null, nowMs: number): number {
  if (header === null) return 0;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) ? Math.min(longestMs, Math.max(0, ms)) : 0;
}
