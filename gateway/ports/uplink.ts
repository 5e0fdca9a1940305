import type { EventType, HarbingerEvent } from '../../shared/contract/events.ts';
import type { Lane } from '../../shared/contract/lanes.ts';

/** Where events and estimates go to become durable and be sent on. */
export interface Outbox {
  event(event: HarbingerEvent<EventType>): Promise<void>;
  /** Line protocol, measurement `estimate`. */
  estimates(lines: string[]): void;
}

/** The link to the cloud. `send` resolves when the cloud has confirmed the batch as stored, rejects otherwise. */
export interface CloudLink {
  connect(signal: AbortSignal): Promise<void>;
  send(lane: Lane, frame: Buffer): Promise<void>;
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}
