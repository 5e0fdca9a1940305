/**
 * The interfaces between the cloud's rooms (cloud/ports), one file for each concern. A room imports its own files,
 * this folder and shared/, and never another room; cloud.ts puts the rooms together. This folder holds types, and the
 * `partOf` of a seam.
 *
 * The ports of the cloud's own durable state (operations/) for the sink, and the feed of its changes. The state is read
 * through the ports of each concern: machines, alerts, history, quarantine, audit, notifications.
 */
import type { HarbingerEvent } from '../../shared/contract/events.ts';
import type { Lane } from '../../shared/contract/lanes.ts';
import type { Alert } from './alerts.ts';
import type { MachineState } from './machines.ts';

/** A batch that the store has confirmed. */
export interface StoredBatch {
  gateway: string;
  journal: string;
  lane: Lane;
  /** Sequence number of its first block that is new; those between the watermark and it are missing. */
  firstSeq: number;
  /** Sequence number of its last block; 0 if the batch does not come from a gateway's journal. */
  lastSeq: number;
  /** Where estimates are in the journal; absent: that is not known, or they are none. */
  place?: Place;
  /** The newest state of each machine in the batch, as far as the lines contain it. */
  machines: Partial<MachineState>[];
}

/** How far each lane of each gateway's journal has been stored. */
export interface Watermarks {
  /** Sequence number of the last stored block of a journal's lane; 0 if none. */
  get(gateway: string, journal: string, lane: Lane): number;
  /**
   * Whether a block is known to have been stored. Other than by the watermark alone, a block that was missing when later
   * ones were stored does not count as stored.
   */
  isStored(gateway: string, journal: string, lane: Lane, seq: number): boolean;
  /**
   * Moves the watermark to the batch's last block (never back) and records the state of its machines, in one
   * transaction. Call it only after the store has confirmed the batch: blocks up to the watermark are acknowledged
   * without being stored. Durable when resolved.
   */
  advance(batch: StoredBatch): Promise<void>;
}

/** Where events, or estimates, are in the journal of their gateway: the disk that it is on, and the number of their block. */
export interface Place {
  disk: string;
  seq: number;
}

/** Applies events to the state. */
export interface EventApplier {
  /**
   * Applies the events of one gateway, with the alert changes and notifications that follow from them, in one
   * transaction. Events that were applied before, recognised by `source` and `id`, have no effect. Durable when
   * resolved. @param place absent if it is not known: then only their times say which are later
   */
  apply(gateway: string, events: readonly HarbingerEvent[], place?: Place): Promise<void>;
}

export interface StateChange {
  machines: MachineState[];
  alerts: Alert[];
  /** Machines or alerts are gone: what is shown must be read anew. */
  isLess?: boolean;
}

/** Reports each change after it is durable, for server-sent events. */
export interface ChangeFeed {
  /** Returns a function that unsubscribes. */
  onChange(listener: (change: StateChange) => void): () => void;
}
