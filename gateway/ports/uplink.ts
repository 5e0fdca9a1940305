import type { EventType, HarbingerEvent } from '../../shared/contract/events.ts';
import type { Lane } from '../../shared/contract/lanes.ts';

/** Accepts events and estimates, which it makes durable and sends on. */
export interface Outbox {
  event(event: HarbingerEvent<EventType>): Promise<void>;
  /** Lines in line protocol, measurement `estimate`. */
  estimates(lines: string[]): void;
}

/**
 * The connection to the cloud. `send` resolves when the cloud has confirmed the batch as stored, and rejects otherwise.
 */
export interface CloudLink {
  connect(signal: AbortSignal): Promise<void>;
  send(lane: Lane, frame: Buffer): Promise<void>;
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}
