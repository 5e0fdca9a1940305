/**
 * Replays (gateway/ports/replay): interfaces by which a recorded decision is made once more, from the same readings and by the same
 * version, to see that it comes out the same. Nothing is acted upon, counted or recorded.
 */
import type { DecisionRecord } from '../../../shared/contract/events.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';

/** How a repeated decision compares with its record. */
export type Replayed =
  /** The same answer, bit by bit. */
  | 'same'
  /** Another backend gave it, within the tolerance that `detail` states. */
  | 'close'
  | 'differs'
  /** It cannot be repeated; `detail` says why. */
  | 'impossible';

export interface ReplayOutcome {
  decisionId: string;
  outcome: Replayed;
  /** A sentence without a full stop. */
  detail: string;
  /** True if it might be repeated by readings that the cloud has stored. */
  isStoredWanted?: true;
  /** The figures that were compared: as recorded, and as they are now; absent if it cannot be repeated. */
  figures?: Record<string, { recorded: unknown; replayed: unknown }>;
}

/** A window as it was judged, or why it is not to be had. */
export type FoundWindow =
  | { window: Float32Array; type: MachineType }
  | { missing: string; isStoredWanted?: true };

/** Readings of one machine as a cloud has stored them, oldest first. Whether they are those that were judged, the digest tells. */
export interface StoredReadings {
  site: string;
  machine: string;
  sensors: string[];
  timesMs: number[];
  /** By row, one value a sensor. */
  rows: (number | null)[][];
}

/** Finds windows of earlier decisions again. */
export interface RecordedWindows {
  /** The records are about one machine. Returns one for each, in the same order. */
  find(
    machine: { site: string; machine: string },
    records: readonly DecisionRecord[],
    stored?: readonly StoredReadings[],
  ): Promise<FoundWindow[]>;
}

/** Readings of one machine between two blocks of the journal. */
export interface ReadingsQuery {
  site: string;
  machine: string;
  machineType: string;
  /** The columns; `states`: what its texts mean as numbers, where its type says so. */
  sensors: readonly { name: string; states?: readonly string[] }[];
  afterSeq: number;
  toSeq: number;
  /** Limit of encoded bytes that are read. */
  bytesMax: number;
}

export interface JournalReadings {
  journal: string;
  /** The oldest block that the journal still has. */
  firstSeq: number;
  /** False if `bytesMax` was reached before `toSeq`. */
  isWhole: boolean;
  /** Row i is of block `seq[i]`, at `timeMs[i]`, with `values[i * sensors] …`, NaN where absent. */
  seq: Float64Array;
  timeMs: Float64Array;
  values: Float32Array;
}
