import type { BatchRefusalCode } from '../../shared/contract/batch-refusal.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { rateLimit } from '../../shared/runtime/rate-limit.ts';
import type { ReceiveMetrics } from './metrics.ts';

const repeatLogMs = 60_000;

export interface RefusedFrom {
  gateway: string;
  address: string;
  lane: string;
}

/** Counts refused batches by reason, and logs them at most once a minute for each gateway. */
export class BatchRefusalLog {
  /** By gateway; there are no more than are configured. */
  private readonly mayLog = new Map<string, () => boolean>();
  private readonly deps: { clock: Clock; log: Log; metrics: ReceiveMetrics };

  constructor(deps: { clock: Clock; log: Log; metrics: ReceiveMetrics }) {
    this.deps = deps;
  }

  note(from: RefusedFrom, error: HarbingerError & { readonly code: BatchRefusalCode }): void {
    const { clock, log, metrics } = this.deps;
    metrics.refusedBatches.inc({ reason: error.code });
    // A batch that follows a refused one is out of order by necessity; the first one has been logged.
    if (error.code === 'BATCH_ORDER') return;
    const mayLog = this.mayLog.get(from.gateway) ?? rateLimit(clock, repeatLogMs);
    this.mayLog.set(from.gateway, mayLog);
    if (!mayLog()) return;
    const { gateway, address, lane } = from;
    log.warn(
      { gateway, address, lane, code: error.code, error: error.message },
      'a batch was not received as it was sent, or is of a format that this cloud does not know: it is not confirmed, and ' +
        'the gateway keeps it and resends it',
    );
  }
}
