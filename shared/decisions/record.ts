import type { JudgedWindow } from '../contract/decisions/decision-record.ts';
import type { DecisionRecord } from '../contract/events.ts';
import type { Decided } from './policy.ts';

const reasonsMax = 16;
const detailLengthMax = 300;

/** The caller's part of a decision record. Inputs are summaries and should be small. */
export interface RecordContent {
  /** The subject of the decision, e.g. `site/machine`. */
  subject: string;
  inputs: Record<string, unknown>;
  answer: Record<string, unknown>;
  /** Replaces the verdict's own reasons. */
  reasons?: string[];
  /** False if the active policy can have no answer for such an input: the record is then `active`, whoever decided it. */
  activeIsMeant?: boolean;
  /** The version that answered, where a policy has several at once, such as a model for each machine type. */
  version?: string;
  /** Where it computed, if that changes the last bits of the answer. */
  backend?: string | undefined;
  /** The window that was judged, where one was. */
  window?: JudgedWindow;
}

/** Builds the decision record for one result; null if there was no verdict. */
export function decisionRecord(
  decision: string,
  decided: Decided<unknown>,
  content: RecordContent,
): DecisionRecord | null {
  if (decided.verdict === null) return null;
  const isMeant = content.activeIsMeant !== false;
  const fallbackCause = isMeant || decided.override ? decided.fallbackCause : undefined;
  return {
    decisionId: decided.decisionId,
    decision,
    subject: content.subject,
    inputs: content.inputs,
    answer: content.answer,
    reasons: (content.reasons ?? decided.verdict.reasons).slice(0, reasonsMax),
    confidence: decided.verdict.confidence,
    policy: {
      ...decided.policy,
      ...(content.version !== undefined && { version: content.version }),
      ...(content.backend !== undefined && { backend: content.backend }),
    },
    mode: isMeant || decided.override ? decided.mode : 'active',
    ...(decided.override && { override: decided.override }),
    ...(fallbackCause && {
      fallbackCause: `${fallbackCause.cause}: ${fallbackCause.detail}`.slice(0, detailLengthMax),
    }),
    latencyMs: decided.latencyMs,
    ...(content.window && { window: content.window }),
    ...(isMeant && decided.breaker && { breaker: decided.breaker }),
  };
}
