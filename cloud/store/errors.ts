import { HarbingerError } from '../../shared/runtime/errors.ts';

/** The store is down, slow or full. Nothing is known to be stored, and the same batch is to be written again later. */
export class StoreUnavailableError extends HarbingerError {
  /** How long the store asked to wait before the next write; null if it did not say. */
  readonly retryAfterMs: number | null;

  constructor(message: string, options: { retryAfterMs?: number | null; cause?: unknown } = {}) {
    const { retryAfterMs = null, cause } = options;
    const wait =
      retryAfterMs === null ? '' : `; it asks to be left alone for ${Math.ceil(retryAfterMs / 1000)} s`;
    super('STORE_UNAVAILABLE', 'store', message + wait, { retry: true, cause });
    this.retryAfterMs = retryAfterMs;
  }
}

/** The store answers but refuses every write until somebody changes a setting, of the store or of Harbinger. */
export function storeMisconfigured(message: string, cause?: unknown): HarbingerError {
  return new HarbingerError('STORE_CONFIG', 'store', message, { retry: true, cause });
}
