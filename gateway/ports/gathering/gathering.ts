/**
 * Gathering (gateway/ports/gathering): how messages share one write to disk. The hot path reads a setpoint and counts; a decision
 * sets it from the counts about once a second. Both are in the main thread, so nothing is locked or sent.
 */

/** How many messages are enough, and how often waiting for more is tried. Replaced as a whole. */
export interface GatheringSetpoint {
  /** A batch with so many messages does not wait for more. */
  readonly enoughMessages: number;
  /** The same before the first check for more. */
  readonly enoughSoon: number;
  /** Batches that are sent without a wait after one in vain. */
  readonly skipWaits: number;
}

/** Counted since the start. */
export interface GatheringCounts {
  messages: number;
  batches: number;
  /** Batches that waited for more messages, and those to which more came. */
  waits: number;
  fruitful: number;
}

export interface Gathering {
  setpoint: GatheringSetpoint;
  counts(): GatheringCounts;
  /** Called at each wait; null: nobody decides. */
  waited: (() => void) | null;
  /** The configured wait over the default one, at least 1: with more patience more messages are gathered. */
  readonly patience: number;
}

/** The rules, which hold until something has been decided. */
export function ruledSetpoint(patience: number): GatheringSetpoint {
  return { enoughMessages: 10 * patience, enoughSoon: 6 * patience, skipWaits: 8 };
}
