import type { BreakerNote } from '../contract/decisions/decision-record.ts';

/**
 * The interface of a policy, which is one way to make an automated decision: a model, a rule, or later a standing
 * instruction of a person. A policy is asked about a batch of inputs, so that no cost arises per input that can arise
 * per batch.
 */
export interface Policy<I, A> {
  readonly name: string;
  readonly version: string;
  /**
   * False if it can have no answer for this input. Cheap: where it is false for all inputs of a batch, the policy is not
   * asked, which costs more. Absent: it may have one for any.
   */
  mayAnswer?(input: I): boolean;
  /**
   * Returns one verdict for each input, in the same order; null if this policy has no answer for an input, which does
   * not count as a failure: the fallback then decides. Should stop working when `signal` aborts, because the result is
   * no longer used.
   */
  decide(inputs: readonly I[], signal: AbortSignal): Promise<(Verdict<A> | null)[]>;
  /**
   * The same, at once. A policy that waits for nothing has this beside `decide`: it needs no time budget, which would cost
   * more than its answer.
   */
  decideNow?(inputs: readonly I[]): (Verdict<A> | null)[];
}

export interface Verdict<A> {
  answer: A;
  /** 0 … 1. */
  confidence: number;
  /** Whole sentences. */
  reasons: string[];
}

/** Reasons why the active policy did not decide an input. */
export type FallbackCause =
  /** It did not answer within the budget. */
  | 'timeout'
  /** It threw. */
  | 'error'
  /** Its answer failed the checks. */
  | 'invalid'
  /** It failed too often in a row, or was too slow, and is suspended. */
  | 'breaker-open'
  /** Earlier runs of it ignored their abort signal and have not finished. */
  | 'busy'
  /** It returned no answer for this input. */
  | 'no-answer'
  /** It was not asked, because a person wants the fallback to decide. */
  | 'override';

export type Mode = 'active' | 'fallback' | 'override';

/** The word of a person that the fallback is to decide. */
export interface Override {
  by: string;
  why: string;
  /** RFC 3339; absent: until somebody takes it back. */
  until?: string;
  /** Where it is written down. */
  document: string;
}

interface DecidedBase {
  /** Unique. The decision record and all effects of the decision carry it. */
  decisionId: string;
  mode: Mode;
  /** The policy that answered, or, without a verdict, the one that should have. */
  policy: { name: string; version: string };
  /** Present if the active policy did not decide. `detail` is a short text for people. */
  fallbackCause?: { cause: FallbackCause; detail: string };
  /** Present exactly if mode is 'override'. */
  override?: Override;
  /** The reason for which the breaker is open; present while that is the cause. */
  breaker?: BreakerNote;
  /** Time from the request to this result, including the fallback. */
  latencyMs: number;
}

/** The result for one input. It has no verdict only if the fallback failed too; then `error` says how. */
export type Decided<A> = DecidedBase &
  ({ verdict: Verdict<A>; error?: undefined } | { verdict: null; error: Error });

/** Returns what is wrong with an answer, or null. */
export type CheckAnswer<A> = (answer: A) => string | null;

/** Returns what is wrong with a policy's verdict, or null. */
export function problemOf<A>(verdict: Verdict<A>, check: CheckAnswer<A>): string | null {
  const { confidence } = verdict;
  if (!(confidence >= 0 && confidence <= 1)) return `confidence ${confidence} is not within 0 and 1`;
  return check(verdict.answer);
}
