import type { EventType, HarbingerEvent } from '../../shared/contract/events.ts';
import type { Lane } from '../../shared/contract/lanes.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';

/** Accepts events and estimates, which it makes durable and sends on. */
export interface Outbox {
  event(event: HarbingerEvent<EventType>): Promise<void>;
  /** Lines in line protocol, measurement `estimate`: also those that only say that a machine is at rest. */
  estimates(lines: string[]): void;
}

/** The cloud has not taken a batch, and says why. The connection goes on. */
export class BatchRefused extends HarbingerError {
  /** The cloud's code, one of BATCH_* or of a newer cloud. */
  readonly refusal: string;

  constructor(refusal: string, reason: string) {
    super('UPLINK_REFUSED', 'uplink', `the cloud has refused a batch: ${refusal}: ${reason}`, {
      retry: true,
    });
    this.refusal = refusal;
  }
}

/** The connection to the cloud. */
export interface CloudLink {
  connect(signal: AbortSignal): Promise<void>;
  /**
   * Resolves when the cloud has confirmed the batch as stored. When `signal` aborts, the batch is forgotten: whatever
   * the cloud still says about it is ignored. @throws BatchRefused; HarbingerError UPLINK_BROKEN (both retry)
   */
  send(lane: Lane, frame: Buffer, signal: AbortSignal): Promise<void>;
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;
  /** Tells the cloud what of its documents is here, if it listens; it may be lost. Absent: it never listens. */
  sayFleet?(message: Buffer): void;
  /** Asks the cloud for a piece of a model, if it has any; it may be lost. Absent: it never has. */
  askModel?(message: Buffer): void;
  /** The cloud's clock as it greeted, in ms since 1970; null if it does not say. */
  readonly cloudTimeMs?: number | null;
  /** @param isLast true if the gateway is being stopped: it says so, if the cloud listens, within a bounded time */
  close(isLast?: boolean): Promise<void>;
}
