/** The retention of the cloud's own records, by age. What is open or owed stays, however old it is. */

export type RecordKind =
  | 'alertsResolved'
  | 'audit'
  | 'deadNotifications'
  | 'decisions'
  | 'events'
  | 'outcomes'
  | 'quarantine';

export interface RecordOutcome {
  kind: RecordKind;
  deleted: number;
}

export interface RecordRetention {
  /** For how long the clock has still to be the same before anything is deleted. */
  readonly clockWaitsMs: number;
  /**
   * Deletes what is older than `[operations]` says, in transactions of bounded size, and returns the kinds that had
   * any. @throws HarbingerError OPERATIONS_UNAVAILABLE (retry); what was deleted before stays deleted
   */
  deleteOld(pass: { isDryRun: boolean; signal: AbortSignal }): Promise<RecordOutcome[]>;
}
