/** The retention of a store: it deletes and thins by rules that it is given, in passes. */

export interface MeasurementRule {
  /** Readings that are older are deleted; null if none are. */
  keepMs: number | null;
  /**
   * Readings that are older than `afterMs` are replaced by their means over `widthMs`, which divides an hour; null if none
   * are.
   */
  thin: { afterMs: number; widthMs: number } | null;
}

/**
 * Decides what happens when the store takes more than its bound: `oldest-first` deletes the oldest readings, `refuse` deletes
 * nothing and takes nothing new, so that gateways keep it.
 */
export type WhenFull = 'oldest-first' | 'refuse';

export interface RetentionRules {
  ruleOf(measurement: string): MeasurementRule;
  /** Null if the store may take any space. */
  bound: { bytesMax: number; whenFull: WhenFull } | null;
}

/** One pass of the rules over the store. */
export interface RetentionPass {
  /** Ms since 1970 that have passed for certain (shared/bounds/settled-time.ts); -Infinity while that is not known. */
  realMs: number;
  /** Only counts what would be done. */
  isDryRun: boolean;
  /** Ends the pass after its current piece; what has been done stays done. */
  signal: AbortSignal;
}

export interface MeasurementOutcome {
  measurement: string;
  /** Readings that were deleted because they were older than `keepMs`; then those deleted because of the bound. */
  deleted: number;
  deletedForSpace: number;
  /** Readings that were replaced, and the means that replace them. */
  thinned: number;
  means: number;
}

export interface RetentionOutcome {
  /** Only measurements of which something was deleted or thinned. */
  measurements: MeasurementOutcome[];
  /** False if there was no time for everything: the next pass goes on. */
  isComplete: boolean;
  /** Sentences about what could not be done, or is done by the store itself. */
  notes: string[];
}

export interface StoreSpace {
  /** Space of the readings, with all that belongs to them. */
  usedBytes: number;
  /** Space of the store on its disk, which is more while some waits to be used again. */
  diskBytes: number;
  /** The size of that disk. */
  diskSizeBytes: number;
}

export interface StoreRetention {
  /** Null if the store does not say. */
  space(): Promise<StoreSpace | null>;
  /** @throws HarbingerError STORE_UNAVAILABLE, STORE_BUSY (retry); what was done before stays done */
  apply(rules: RetentionRules, pass: RetentionPass): Promise<RetentionOutcome>;
  /**
   * Puts a bound that refuses in force before the first pass: nothing is stored until the store knows that it takes no
   * more. Absent if the store has no bound.
   */
  guard?(rulesFor: (space: StoreSpace) => RetentionRules): void;
}
