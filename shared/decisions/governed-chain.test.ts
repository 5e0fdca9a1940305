import { describe, expect, it } from 'vitest';
import { manualClock } from '../runtime/manual-clock.ts';
import { GovernedDecision } from './governed-decision.ts';
import type { Policy, Verdict } from './policy.ts';

type Decide = Policy<number, number>['decide'];
const verdict = (answer: number): Verdict<number> => ({ answer, confidence: 0.9, reasons: [] });
const rules: Decide = async (inputs) => inputs.map(() => verdict(-1));

function governed(active: Decide, between: Decide[], clock = manualClock()) {
  return new GovernedDecision<number, number>({
    name: 'test',
    active: { name: 'double', version: '1.2.3', decide: active },
    between: between.map((decide, i) => ({ name: `between-${i}`, version: '1.0.0', decide })),
    fallback: { name: 'rules', version: '1.0.0', decide: rules },
    budgetMs: 200,
    breaker: { failures: 3, halfOpenAfterMs: 10_000 },
    check: (answer) => (Number.isFinite(answer) ? null : `answer ${answer} is not finite`),
    clock,
  });
}

describe('policies between the active one and the fallback', () => {
  const none: Decide = async (inputs) => inputs.map(() => null);
  const only = (wanted: number, answer: number): Decide => {
    return async (inputs) => inputs.map((n) => (n === wanted ? verdict(answer) : null));
  };
  const decidedBy = async (decision: GovernedDecision<number, number>, inputs: number[]) =>
    (await decision.decide(inputs)).map(({ policy, verdict }) => `${policy.name} ${verdict?.answer}`);

  it('are asked in order about the inputs still undecided', async () => {
    const decision = governed(only(1, 10), [only(2, 20), none, only(3, 30)]);
    const inputs = [3, 2, 1, 4, 2];
    const expected = ['between-2 30', 'between-0 20', 'double 10', 'rules -1', 'between-0 20'];
    expect(await decidedBy(decision, inputs)).toEqual(expected);
    const results = await decision.decide([2]);
    expect(results[0]).toMatchObject({ mode: 'fallback', fallbackCause: { cause: 'no-answer' } });
    expect(decision.stats()).toMatchObject({
      decided: { active: 1, fallback: 5 },
      byPolicy: { double: 1, 'between-0': 3, 'between-2': 1, rules: 1 },
      undecided: 0,
    });
  });

  it('may fail in any way; the next one decides then', async () => {
    const fails: Decide = () => Promise.reject(new Error('lost'));
    const wrong: Decide = async (inputs) => inputs.map(() => verdict(Number.NaN));
    const short: Decide = async () => [];
    const decision = governed(none, [fails, wrong, short, only(2, 20)]);
    expect(await decidedBy(decision, [1, 2])).toEqual(['rules -1', 'between-3 20']);
  });

  it('that can decide at once are asked so, and checked alike', async () => {
    const silent: Decide = () => new Promise(() => {});
    const atOnce = (name: string, answer: (n: number) => number | null): Policy<number, number> => ({
      ...{ name, version: '1.0.0', decide: silent },
      decideNow: (inputs) =>
        inputs.map((n) => {
          const found = answer(n);
          return found === null ? null : verdict(found);
        }),
    });
    const decision = new GovernedDecision<number, number>({
      name: 'test',
      active: { name: 'double', version: '1.2.3', decide: none },
      between: [atOnce('even', (n) => (n % 2 === 0 ? n : null)), atOnce('wrong', () => Number.NaN)],
      fallback: atOnce('rules', () => -1),
      budgetMs: 200,
      breaker: { failures: 3, halfOpenAfterMs: 10_000 },
      check: (answer) => (Number.isFinite(answer) ? null : `answer ${answer} is not finite`),
      clock: manualClock(),
    });
    expect(await decidedBy(decision, [1, 2])).toEqual(['rules -1', 'even 2']);
  });

  it('have a budget each', async () => {
    const silent: Decide = () => new Promise(() => {});
    const clock = manualClock();
    const decision = governed(none, [silent], clock);
    const deciding = decidedBy(decision, [1]);
    await clock.advance(1_100);
    expect(await deciding).toEqual(['rules -1']);
  });
});
