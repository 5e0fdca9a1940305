/** The words of one decision record: a line that names it, and everything that went into it. */
import { knownMode } from '../../../../shared/contract/decisions/known-mode.ts';
import { dateTime, number, percent, words } from '../format.ts';
import type { StoredDecision } from '../wire.ts';
import { texts } from '../words/words.ts';

export interface DecisionModel {
  /** RFC 3339, for machines that read the page. */
  at: string;
  time: string;
  title: string;
  subject: string | null;
  answer: string;
  policy: string;
  /** Names how it was decided, unless that is the ordinary way. */
  badge: string | null;
  reasons: string[];
  /** Why the active policy did not answer, or that nobody here knows the mode; null where it answered. */
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
  const { policy } = decision;
  return {
    at: decision.at,
    time: dateTime(Date.parse(decision.at)),
    title: titleOf(decision),
    subject: withSubject ? decision.subject : null,
    answer: answerText(decision.answer),
    policy: `${policy.name} ${policy.version}`,
    badge: decision.mode === 'active' ? null : capital(decision.mode),
    reasons: decision.reasons,
    cause: causeOf(decision),
    inputs: pairsOf(decision.inputs),
    answers: pairsOf(decision.answer),
    origin: texts().decisions.origin(
      percent(decision.confidence),
      number(decision.latencyMs),
      decision.gateway,
      decision.decisionId,
    ),
  };
}

function causeOf({ mode, fallbackCause }: StoredDecision): string | null {
  if (knownMode({ mode }) === null) return texts().decisions.newerMode(mode);
  return fallbackCause === undefined ? null : texts().decisions.fallback(fallbackCause);
}

const capital = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/** Decisions about alerts are recorded when an alert changes, when another policy decides, and now and then as samples. */
function titleOf({ decision, answer }: StoredDecision): string {
  if (decision === 'alert' && answer.recorded === 'sample') return texts().decisions.assessment;
  if (decision === 'alert' && answer.recorded === 'mode') return texts().decisions.changeOfJudge;
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
