/**
 * Outcomes (cloud/ports/outcomes): what a warning turned out to be, and which failures nobody was warned of. Said by people, or
 * inferred from what was reported of the machine. What follows from many of them is worked out in cloud/api/outcomes.
 */
import type { MachineName } from '../retired/retired.ts';

/**
 * `confirmed`: there was what the warning said; `false-alarm`: there was nothing; `missed`: a failure that nobody was warned of;
 * `planned`: what was seen was done on purpose, such as a stop or a cleaning; `unknown`: nobody has said or can say.
 */
export const verdicts = ['confirmed', 'false-alarm', 'missed', 'planned', 'unknown'] as const;
export type Verdict = (typeof verdicts)[number];

export const outcomeLimits = {
  byLengthMax: 64,
  causeLengthMax: 200,
  noteLengthMax: 500,
  requestLengthMax: 64,
} as const;

/** Judge of a machine: `limit`, `silence` and `sensor` are measured, and have no version. */
export interface JudgedWith {
  policy: 'model' | 'self-learned' | 'rules' | 'limit' | 'silence' | 'sensor' | 'person';
  /** Name of the model, the detector or the rules; empty if not known. */
  name: string;
  version: string;
}

/** A statement of what a warning or failure was. */
export interface OutcomeEntry {
  verdict: Verdict;
  /** RFC 3339. */
  at: string;
  /** True: by Harbinger, from what was reported of the machine. What a person has said stands against it. */
  isInferred: boolean;
  /** The person who has said it; empty if nobody is named. */
  by: string;
  /** The matter, in a few words; empty if not given, as the next. */
  cause: string;
  note: string;
  /** The request that said it, by which a resend is recognised; absent if it had no name. */
  requestId?: string;
}

interface OutcomeState {
  /** The alert's, or that of the failure; the same for all gateways that have one of this name. */
  id: string;
  gateway: string;
  site: string;
  machine: string;
  machineType: string;
  /** The verdict of the last entry of `history`; unknown if there is none. */
  verdict: Verdict;
  isInferred: boolean;
  /** Statements, the oldest first; of many, the first and the latest are kept. */
  history: OutcomeEntry[];
}

/** An alert about a machine, and what it turned out to be. */
export interface WarningOutcome extends OutcomeState {
  kind: 'warning';
  raisedBy: JudgedWith;
  /** Mode of the decision that raised it: `active`, or `fallback`; absent if that decision is not known. */
  mode?: string;
  failureMode: string;
  severity: 'warning' | 'critical';
  /** How sure it was when it was raised, 0 … 1; null if it is measured. */
  confidence: number | null;
  /** RFC 3339, as the other times here. */
  openedAt: string;
  /** Null while it is open. */
  endedAt: string | null;
  /** How it ended, where its cause had not: `failed`, `replaced`, `closed`, … */
  ending?: string;
  /** When the machine was reported as failed, if that confirms it. */
  failedAt?: string;
}

/** A failure of a machine. It is `confirmed` if somebody was warned of it, and `missed` otherwise. */
export interface FailureOutcome extends OutcomeState {
  kind: 'failure';
  failedAt: string;
  /** Judge of the machine then; null if that is not known. */
  judgedBy: JudgedWith | null;
  /** Since when the machine was in use, ms since 1970: what warned before that was about another one. Absent if not known. */
  usedSinceMs?: number;
  /** Ids of the alerts that had warned of it. */
  warnings: string[];
}

export type Outcome = WarningOutcome | FailureOutcome;

/** Statement of a person. */
export interface OutcomeSaid {
  verdict: Verdict;
  by: string;
  cause: string;
  note: string;
  requestId?: string;
}

export interface Outcomes {
  /** In no order. */
  all(): Iterable<Outcome>;
  of(gateway: string, id: string): Outcome | undefined;
}

/** Statements of people about warnings and failures. Each is durable when resolved, and has no effect when it is repeated. */
export interface OutcomeWords {
  /**
   * Says what a warning or failure was. `gateway`: where several have one of this id.
   * @throws HarbingerError OUTCOME_UNKNOWN, OUTCOME_REFUSED
   */
  say(id: string, said: OutcomeSaid, gateway?: string): Promise<Outcome>;
  /** Adds a failure that was not reported. @throws HarbingerError OUTCOME_REFUSED */
  addFailure(
    machine: MachineName & { machineType: string },
    failedMs: number,
    said: OutcomeSaid,
  ): Promise<Outcome>;
}
