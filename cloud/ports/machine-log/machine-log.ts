/** The maintenance log (cloud/ports/machine-log): entries of what people did at machines, or found there. */
import type { MaintainedKind } from '../../../shared/contract/alerts/machine-maintained.ts';
import type { Verdict } from '../outcomes/outcomes.ts';
import type { MachineName } from '../retired/retired.ts';

export interface LogEntry extends MachineName {
  entryId: string;
  machineType: string;
  kind: MaintainedKind;
  /** When it was done, ms since 1970. */
  atMs: number;
  /** When it was written down. */
  writtenMs: number;
  /** Empty if nobody is named. */
  by: string;
  note: string;
}

export interface NewEntry extends MachineName {
  machineType: string;
  kind: MaintainedKind;
  atMs: number;
  by: string;
  note: string;
  /** Recognises a request that comes again. */
  entryId: string;
  /** The verdict on its open warnings, if that was seen. */
  outcome?: { verdict: Verdict; cause: string };
}

/** Alerts of the machine on which an entry had an effect. */
export interface LogOutcome {
  entry: LogEntry;
  /** Ids of alerts that it has ended. */
  ended: string[];
  /** Ids of warnings of which it says what they turned out to be. */
  said: string[];
}

export interface MachineLog {
  /** Entries of one machine, the latest first. */
  of(name: MachineName): LogEntry[];
  /** In no order. */
  all(): Iterable<LogEntry>;
  /**
   * Writes an entry down, once. A machine that was replaced or retired has no open alerts of before: they end here and at its gateway.
   * Durable when resolved.
   */
  add(entry: NewEntry): Promise<LogOutcome>;
}
