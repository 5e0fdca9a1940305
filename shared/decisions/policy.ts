/**
 * What a policy is: one way to make an automated decision. A model, a rule, later a human's standing instruction.
 * Batch-shaped: a policy is asked about many inputs at once, so that nothing is paid per input that can be paid per batch.
 */
export interface Policy<I, A> {
  readonly name: string;
  readonly version: string;
  /**
   * One verdict for each input, in the same order; null where this policy has nothing to say about an input (that is no
   * failure: the fallback decides that one). Should stop working when `signal` aborts: nobody waits for it any more.
   */
  decide(inputs: readonly I[], signal: AbortSignal): Promise<(Verdict<A> | null)[]>;
}

export interface Verdict<A> {
  answer: A;
  /** 0 … 1. */
  confidence: number;
  /** Sentences. */
  reasons: string[];
}

/** Why the active policy did not decide an input. */
export type FallbackCause =
  /** It did not answer within the budget. */
  | 'timeout'
  /** It threw. */
  | 'error'
  /** Its answer failed the checks. */
  | 'invalid'
  /** It failed too often in a row, and rests. */
  | 'breaker-open'
  /** Earlier runs of it ignored their abort signal and are still going. */
  | 'busy'
  /** It said that it has no answer for this input. */
  | 'no-answer';

export type Mode = 'active' | 'fallback';

interface DecidedBase {
  /** Unique; the decision record and all that follows from the decision carry it. */
  decisionId: string;
  mode: Mode;
  /** The policy that answered (or, where there is no verdict, the one that should have). */
  policy: { name: string; version: string };
  /** Set exactly when mode is 'fallback'. `detail` is a short text for people. */
  fallbackCause?: { cause: FallbackCause; detail: string };
  /** From the question to this answer, fallback included. */
  latencyMs: number;
}

/** What was decided about one input. Without a verdict only if the fallback failed too; then `error` says how. */
export type Decided<A> = DecidedBase &
  ({ verdict: Verdict<A>; error?: undefined } | { verdict: null; error: Error });

/** Returns what is wrong with an answer, or null. */
export type CheckAnswer<A> = (answer: A) => string | null;

/** What is wrong with a policy's verdict, or null. */
export function problemOf<A>(verdict: Verdict<A>, check: CheckAnswer<A>): string | null {
  const { confidence } = verdict;
  if (!(confidence >= 0 && confidence <= 1)) return `confidence ${confidence} is not within 0 and 1`;
  return check(verdict.answer);
}
