import type { DecisionRecord } from '../contract/events.ts';
import type { Decided } from './policy.ts';

const reasonsMax = 16;
const detailLengthMax = 300;

/** What the caller says about a decision that it finds worth recording. Summaries: keep them small. */
export interface RecordContent {
  /** What the decision was about, e.g. `site/machine`. */
  subject: string;
  inputs: Record<string, unknown>;
  answer: Record<string, unknown>;
  /** Instead of the verdict's own reasons. */
  reasons?: string[];
}

/** The decision record of one decided input, or null where there was no verdict. */
export function decisionRecord(
  decision: string,
  decided: Decided<unknown>,
  content: RecordContent,
): DecisionRecord | null {
  if (decided.verdict === null) return null;
  const { fallbackCause } = decided;
  return {
    decisionId: decided.decisionId,
    decision,
    subject: content.subject,
    inputs: content.inputs,
    answer: content.answer,
    reasons: (content.reasons ?? decided.verdict.reasons).slice(0, reasonsMax),
    confidence: decided.verdict.confidence,
    policy: { ...decided.policy },
    mode: decided.mode,
    ...(fallbackCause && {
      fallbackCause: `${fallbackCause.cause}: ${fallbackCause.detail}`.slice(0, detailLengthMax),
    }),
    latencyMs: decided.latencyMs,
  };
}
