/** The order of decisions and challengers: a decision goes first, and finds at most one slice of a challenger before it. */
import { expect, it } from 'vitest';
import { manualClock } from '../runtime/manual-clock.ts';
import { GovernedDecision } from './governed-decision.ts';
import type { Policy, Verdict } from './policy.ts';

const verdict = (answer: number): Verdict<number> => ({ answer, confidence: 0.9, reasons: [] });
const turns = async (count = 20) => {
  for (let i = 0; i < count; i++) await new Promise<void>((resolve) => setImmediate(resolve));
};
const inputs = (count: number) => Array.from({ length: count }, (_, i) => i);

function world() {
  const clock = manualClock();
  /** Each batch that the champion and the challenger were asked about, in order. */
  const asked: string[] = [];
  const policy = (name: string, answer: () => Promise<void>): Policy<number, number> => ({
    name,
    version: '1.0.0',
    async decide(batch) {
      asked.push(`${name} ${batch.length}`);
      await answer();
      return batch.map(verdict);
    },
  });
  const state = { answer: () => Promise.resolve(), dropped: 0 };
  const challenger = { policy: policy('candidate', () => state.answer()), takes: () => true };
  const decision = new GovernedDecision<number, number>({
    name: 'test',
    active: policy('champion', turns),
    fallback: policy('rules', turns),
    shadow: {
      challengers: () => [challenger],
      kept: (input) => input,
      compared() {},
      dropped: (_, count) => {
        state.dropped += count;
      },
    },
    budgetMs: 10_000,
    breaker: { failures: 3, halfOpenAfterMs: 10_000 },
    check: () => null,
    clock,
  });
  return { clock, asked, state, decision };
}

it('a challenger is asked in slices, and only while no decision is under way', async () => {
  const { asked, decision } = world();
  await decision.decide(inputs(40));
  expect(asked).toEqual(['champion 40']);
  const next = decision.decide(inputs(1));
  await turns(10);
  expect(asked).toEqual(['champion 40', 'champion 1']);
  await next;
  await turns();
  expect(asked.slice(2)).toEqual(['candidate 16', 'candidate 16', 'candidate 9']);
});

it('a decision that begins as soon as another one ends comes before the challenger', async () => {
  const { asked, decision } = world();
  for (let i = 0; i < 5; i++) {
    await decision.decide(inputs(40));
    // As those do that have the next inputs ready.
    await turns(1);
  }
  expect(asked).toEqual(Array.from({ length: 5 }, () => 'champion 40'));
  await turns();
  expect(asked[5]).toBe('candidate 16');
});

it('what a decision is part of goes first too: it may be followed by others that wait', async () => {
  const { asked, decision } = world();
  const waiting = decision.before(async () => {
    await decision.decide(inputs(20));
    await turns();
    await decision.decide(inputs(20));
  });
  await waiting;
  expect(asked).toEqual(['champion 20', 'champion 20']);
  await turns();
  expect(asked.slice(2)).toEqual(['candidate 16', 'candidate 16', 'candidate 8']);
});

it('one slice, and no more, is under way when a decision begins, however slow the challenger is', async () => {
  const { asked, state, decision } = world();
  state.answer = () => new Promise(() => {});
  await decision.decide(inputs(100));
  await turns();
  for (let i = 0; i < 10; i++) expect(await decision.decide(inputs(64))).toHaveLength(64);
  await turns();
  expect(asked.filter((each) => each.startsWith('candidate'))).toEqual(['candidate 16']);
  expect(state.dropped).toBe(100 - 16 + 10 * 64 - 512);
});

it('where decisions never end, a slice comes in a bounded time all the same', async () => {
  const { clock, asked, decision } = world();
  void decision.before(() => new Promise(() => {}));
  await decision.decide(inputs(40));
  await turns();
  expect(asked).toEqual(['champion 40']);
  for (const slices of [1, 2, 3]) {
    await clock.advance(249);
    await turns();
    expect(asked).toHaveLength(slices);
    await clock.advance(1);
    await turns();
    expect(asked).toHaveLength(1 + slices);
  }
  await clock.advance(10_000);
  expect(asked.slice(1)).toEqual(['candidate 16', 'candidate 16', 'candidate 8']);
});
