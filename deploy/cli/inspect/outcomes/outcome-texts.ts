import type { JudgedWith, Outcome, OutcomeEntry } from '../../../../cloud/ports/outcomes/outcomes.ts';

const words: Readonly<Record<string, string>> = { 'false-alarm': 'false alarm' };

/** `confirmed`, `open`, `failure, warned of`. */
export function verdictText(outcome: Outcome): string {
  const { verdict, kind } = outcome;
  if (kind === 'failure' && verdict === 'confirmed') return 'failure, warned of';
  if (outcome.kind === 'warning' && verdict === 'unknown' && outcome.endedAt === null) return 'open';
  return words[verdict] ?? verdict;
}

/** `confirmed by maria: worn coupling; it was noisy`. */
export function saidText({ verdict, by, cause, note, isInferred }: OutcomeEntry): string {
  const who = isInferred ? ', inferred' : by && ` by ${by}`;
  const why = [cause, note].filter((text) => text !== '').join('; ');
  return `${words[verdict] ?? verdict}${who}${why && `: ${why}`}`;
}

/** `model pump-rul 2.0.0`, `limit`. */
export function judgedWithText({ policy, name, version }: JudgedWith): string {
  const own = name === policy ? '' : name;
  return [policy, own, version].filter((text) => text !== '').join(' ');
}
