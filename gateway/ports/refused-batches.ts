/** Batches that the cloud has refused for too long, set aside on this gateway. */
import type { Lane } from '../../shared/contract/lanes.ts';
import type { KeptItems } from './kept-items.ts';

export interface RefusedEntry {
  id: number;
  /** When it was set aside, in ms since 1970. */
  atMs: number;
  lane: Lane;
  /** The cloud's reason. */
  code: string;
  reason: string;
  /** Name of the journal, as the cloud knows it, and the blocks in it. */
  journal: string;
  firstSeq: number;
  lastSeq: number;
  lines: number;
  /** Length of the frame. */
  bytes: number;
}

/** Where the uplink sets a batch aside, so that those behind it can be sent. */
export interface RefusedIntake {
  /** Durable when resolved. `frame` is sent as it is when the batch is redriven. @throws HarbingerError REFUSED_WRITE (retry) */
  add(entry: Omit<RefusedEntry, 'id' | 'atMs' | 'bytes'>, frame: Buffer): Promise<void>;
  /** Returns the last block of the batch that was set aside with this block in it; null if there is none. */
  coveredUpTo(block: { journal: string; lane: Lane; seq: number }): number | null;
}

/** The uplink's positions in the journal, as far as they matter to batches that were set aside. */
export interface UplinkPositions {
  /**
   * False while the uplink could still send the batch from the journal: redriving it then would store it twice.
   */
  hasPassed(entry: Pick<RefusedEntry, 'journal' | 'lane' | 'lastSeq'>): boolean;
  /** Makes the positions durable, so that a crash does not move the uplink back before a batch. @throws system errors */
  save(): Promise<void>;
}

/** Sends a frame to the cloud now, beside the journal's lanes. */
export interface Resender {
  /** Resolves when the cloud has confirmed it. @throws BatchRefused; HarbingerError UPLINK_BROKEN, UPLINK_SILENT (all retry) */
  resend(lane: Lane, frame: Buffer, signal: AbortSignal): Promise<void>;
}

/** The outcome of sending again, in numbers of batches. */
export interface Redriven {
  redriven: number;
  /** Batches that the cloud refused again; they stay, for `reasons` (the first of them). */
  kept: number;
  /** Batches that were not reached in the time that one request may take. */
  left: number;
  reasons: string[];
}

export type RefusedOperations = KeptItems<RefusedEntry, { entry: RefusedEntry; text: string }, Redriven>;
