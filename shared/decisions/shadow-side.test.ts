/** Challengers beside the active policy: whatever they do, the decision is made as if they were not there. */
import { describe, expect, it } from 'vitest';
import { type ManualClock, manualClock } from '../runtime/manual-clock.ts';
import { GovernedDecision } from './governed-decision.ts';
import type { Policy, Verdict } from './policy.ts';
import type { Challenger, Compared } from './shadow-side.ts';

interface Input {
  value: number;
  array: number[];
}

const verdict = (answer: number): Verdict<number> => ({ answer, confidence: 0.9, reasons: [] });
const policy = (name: string, decide: Policy<Input, number>['decide']): Policy<Input, number> => ({
  name,
  version: '1.0.0',
  decide,
});
const inputOf = (value: number): Input => ({ value, array: [value] });
const turns = async (count = 20) => {
  for (let i = 0; i < count; i++) await new Promise<void>((resolve) => setImmediate(resolve));
};

function shadowed(decide: Policy<Input, number>['decide'], clock: ManualClock = manualClock()) {
  const challenger: Challenger<Input, number> = {
    policy: policy('candidate', decide),
    takes: ({ value }) => value >= 0,
  };
  const state = {
    challengers: [challenger] as Challenger<Input, number>[],
    compared: [] as Compared<Input, number>[],
    dropped: 0,
  };
  const decision = new GovernedDecision<Input, number>({
    name: 'test',
    active: policy('champion', async (inputs) => inputs.map(({ value }) => verdict(2 * value))),
    fallback: policy('rules', async (inputs) => inputs.map(() => verdict(-1))),
    shadow: {
      challengers: () => state.challengers,
      kept: ({ value, array }) => ({ value, array: [...array] }),
      compared: (_, compared) => state.compared.push(compared),
      dropped: (_, count) => {
        state.dropped += count;
      },
    },
    budgetMs: 200,
    breaker: { failures: 3, halfOpenAfterMs: 10_000 },
    check: (answer) => (Number.isFinite(answer) ? null : `answer ${answer} is not finite`),
    clock,
  });
  return { decision, state, clock };
}

describe('a challenger', () => {
  it('is asked about the inputs that it takes, after the decision, with what was decided', async () => {
    const { decision, state } = shadowed(async (inputs) => inputs.map(({ array }) => verdict(3 * array[0]!)));
    const inputs = [inputOf(1), inputOf(-5), inputOf(2)];
    const decided = await decision.decide(inputs);
    expect(state.compared).toEqual([]);
    // The caller uses its arrays again.
    for (const input of inputs) input.array[0] = 99;
    await turns();
    expect(decided.map((each) => each.verdict?.answer)).toEqual([2, -10, 4]);
    expect(state.compared).toMatchObject([
      { input: { value: 1 }, decided: { verdict: { answer: 2 } }, outcome: { verdict: { answer: 3 } } },
      { input: { value: 2 }, decided: { verdict: { answer: 4 } }, outcome: { verdict: { answer: 6 } } },
    ]);
  });

  it('whose answers cannot be recorded, or whose inputs cannot be kept, is counted, and the decision is made', async () => {
    const { decision, state } = shadowed(async (inputs) => inputs.map(() => verdict(1)));
    state.compared.push = () => {
      throw new Error('no space left');
    };
    expect(await decision.decide([inputOf(1)])).toMatchObject([{ verdict: { answer: 2 } }]);
    await turns();
    expect(state.dropped).toBe(1);
    const unkept = { value: 3, array: null } as unknown as Input;
    expect(await decision.decide([unkept])).toMatchObject([{ verdict: { answer: 6 } }]);
    await turns();
    expect(state.dropped).toBe(2);
  });

  it.each<[string, Policy<Input, number>['decide'], string]>([
    ['throws', () => Promise.reject(new Error('gone')), 'error'],
    ['says no number', async (inputs) => inputs.map(() => verdict(Number.NaN)), 'invalid'],
    ['gives too few answers', async () => [], 'invalid'],
    ['hangs', () => new Promise(() => {}), 'timeout'],
  ])('that %s changes no decision, and is left alone after some failures', async (_, decide, cause) => {
    const { decision, state, clock } = shadowed(decide);
    for (let i = 0; i < 5; i++) {
      const decided = await decision.decide([inputOf(i)]);
      expect(decided).toMatchObject([{ mode: 'active', verdict: { answer: 2 * i } }]);
      await turns();
      await clock.advance(250);
      await turns();
    }
    const causes = state.compared.map(({ outcome }) => outcome.noVerdict?.cause);
    expect(causes).toEqual([cause, cause, cause, 'breaker-open', 'breaker-open']);
    expect(decision.stats()).toMatchObject({
      decided: { active: 5, fallback: 0 },
      breaker: { state: 'closed', opened: 0 },
    });
  });

  it('that is too slow loses the oldest inputs, which are counted, and no decision waits for it', async () => {
    let answer: () => void = () => undefined;
    const { decision, state } = shadowed(
      (inputs) =>
        new Promise((resolve) => {
          answer = () => resolve(inputs.map(({ value }) => verdict(value)));
        }),
    );
    await decision.decide([inputOf(0)]);
    await turns();
    for (let i = 1; i <= 600; i++) await decision.decide([inputOf(i)]);
    expect(state.dropped).toBe(88);
    answer();
    await turns();
    answer();
    await turns();
    expect(state.compared[0]).toMatchObject({ input: { value: 0 } });
    expect(state.compared[1]).toMatchObject({ input: { value: 89 } });
  });

  it('that was taken back is asked and heard no more', async () => {
    let answer: () => void = () => undefined;
    const { decision, state } = shadowed(
      (inputs) =>
        new Promise((resolve) => {
          answer = () => resolve(inputs.map(() => verdict(1)));
        }),
    );
    await decision.decide([inputOf(1)]);
    await turns();
    state.challengers = [];
    await decision.decide([inputOf(2)]);
    answer();
    await turns();
    expect(state.compared).toEqual([]);
  });
});
