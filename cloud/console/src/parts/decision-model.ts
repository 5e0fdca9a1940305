/** The words of one decision record: a line that names it, and everything that went into it. */
import { dateTime, number, percent, words } from '../format.ts';
import type { StoredDecision } from '../wire.ts';

export interface DecisionModel {
  /** RFC 3339, for machines that read the page. */
  at: string;
  time: string;
  title: string;
  subject: string | null;
  answer: string;
  policy: string;
  isFallback: boolean;
  reasons: string[];
  /** Why the active policy did not answer; null where it did. */
  cause: string | null;
  inputs: Pair[];
  answers: Pair[];
  origin: string;
}

export interface Pair {
  name: string;
  value: string;
}

/** `withSubject`: whether to say what the decision was about, which a list about one machine does not need. */
export function decisionModel(decision: StoredDecision, withSubject: boolean): DecisionModel {
  const { policy, fallbackCause } = decision;
  return {
    at: decision.at,
    time: dateTime(Date.parse(decision.at)),
    title: titleOf(decision),
    subject: withSubject ? decision.subject : null,
    answer: answerText(decision.answer),
    policy: `${policy.name} ${policy.version}`,
    isFallback: decision.mode === 'fallback',
    reasons: decision.reasons,
    cause: fallbackCause === undefined ? null : `The active policy did not answer: ${fallbackCause}`,
    inputs: pairsOf(decision.inputs),
    answers: pairsOf(decision.answer),
    origin: `confidence ${percent(decision.confidence)} · took ${number(decision.latencyMs)} ms · gateway ${decision.gateway} · ${decision.decisionId}`,
  };
}

/** Decisions about alerts are recorded when an alert changes, when another policy decides, and now and then as samples. */
function titleOf({ decision, answer }: StoredDecision): string {
  if (decision === 'alert' && answer.recorded === 'sample') return 'Assessment';
  if (decision === 'alert' && answer.recorded === 'mode') return 'Change of judge';
  return words(decision);
}

function pairsOf(values: Record<string, unknown>): Pair[] {
  return Object.entries(values).map(([name, value]) => ({ name, value: valueText(value) }));
}

/** Returns at most three parts of the answer, without nested ones, so that they fit into a line. */
function answerText(answer: Record<string, unknown>): string {
  return Object.entries(answer)
    .filter(([, value]) => typeof value !== 'object')
    .slice(0, 3)
    .map(([name, value]) => `${name} ${valueText(value)}`)
    .join(', ');
}

function valueText(value: unknown): string {
  if (typeof value === 'number') return number(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
