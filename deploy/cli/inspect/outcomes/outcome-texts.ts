import type { JudgedWith, Outcome } from '../../../../cloud/ports/outcomes/outcomes.ts';
import { verdictWord } from '../../../../shared/words/outcomes.ts';

/** `confirmed`, `open`, `failure, warned of`. */
export function verdictText(outcome: Outcome): string {
  const { verdict, kind } = outcome;
  if (kind === 'failure' && verdict === 'confirmed') return 'failure, warned of';
  if (outcome.kind === 'warning' && verdict === 'unknown' && outcome.endedAt === null) return 'open';
  return verdictWord(verdict);
}

/** `model pump-rul 2.0.0`, `limit`. */
export function judgedWithText({ policy, name, version }: JudgedWith): string {
  const own = name === policy ? '' : name;
  return [policy, own, version].filter((text) => text !== '').join(' ');
}
