/**
 * Conditions (shared/conditions): what can be wrong with Harbinger itself, found from facts that it has anyway, and told as
 * alerts are. A condition is a small file and a line in the registry of its side; the evaluator knows none of them. Nothing
 * is measured here.
 */
import type { ConditionAbout, ConditionData } from '../contract/condition.ts';

/** Something that is wrong now. */
export interface Finding {
  /** Tells several of one condition apart, such as the files of certificates. */
  item?: string;
  /** Default: the process that finds it. */
  about?: ConditionAbout;
  severity: ConditionData['severity'];
  /** Sentences for a technician: what, where, since when, what to do. */
  reasons: string[];
  drift?: ConditionData['drift'];
  /** Since when it has been so, in ms since 1970; default: since it was found first. */
  sinceMs?: number;
}

/** One of several of which it is not known now whether it is wrong. */
export interface NotKnown extends Pick<Finding, 'item' | 'about'> {
  isKnown: false;
}

/**
 * Findings of now, empty if nothing is wrong. Where that is not known, of all or of one, nothing opens and nothing ends.
 */
export type Checked = readonly (Finding | NotKnown)[] | 'unknown';

export interface Condition<Facts> {
  /** Letters and hyphens; never changed, because receivers filter by it. */
  readonly name: string;
  /** One sentence for the reference. */
  readonly meaning: string;
  /** How long it must have been so before it is told, and how long it must not have been so before it ends. */
  readonly openAfterMs: number;
  readonly closeAfterMs: number;
  /**
   * It must be quick and change nothing: it is called every few seconds. @param open what is open of it: a figure ends it only
   * when it is clearly better than the one that opened it
   */
  check(facts: Facts, nowMs: number, open: readonly ConditionData[]): Checked;
  /** The sentence that is told when it ends. */
  ended(open: ConditionData, facts: Facts): string;
}

export type Conditions<Facts> = readonly Condition<Facts>[];
