import { describe, expect, it } from 'vitest';
import { type ManualClock, manualClock } from '../runtime/manual-clock.ts';
import { GovernedDecision } from './governed-decision.ts';
import type { Policy, Verdict } from './policy.ts';

type Decide = Policy<number, number>['decide'];
const verdict = (answer: number, confidence = 0.9): Verdict<number> => ({
  answer,
  confidence,
  reasons: [`answer ${answer}`],
});
const doubled: Decide = async (inputs) => inputs.map((input) => verdict(input * 2));
const rules: Decide = async (inputs) => inputs.map(() => verdict(-1, 0.5));

function governed(active: Decide, fallback: Decide = rules, clock: ManualClock = manualClock()) {
  let id = 0;
  const decision = new GovernedDecision<number, number>({
    name: 'test',
    active: { name: 'double', version: '1.2.3', decide: active },
    fallback: { name: 'rules', version: '1.0.0', decide: fallback },
    budgetMs: 200,
    breaker: { failures: 3, halfOpenAfterMs: 10_000 },
    check: (answer) => (Number.isFinite(answer) ? null : `answer ${answer} is not finite`),
    clock,
    newId: () => `id-${++id}`,
  });
  return { decision, clock };
}

/** Decides while time passes, so that a budget can expire. */
async function decideIn(clock: ManualClock, decision: GovernedDecision<number, number>, inputs: number[]) {
  const deciding = decision.decide(inputs);
  await clock.advance(250);
  return deciding;
}

describe('the active policy', () => {
  it('decides when it answers in time', async () => {
    const { decision } = governed(doubled);
    expect(await decision.decide([1, 2])).toEqual([
      expect.objectContaining({
        decisionId: 'id-1',
        mode: 'active',
        policy: { name: 'double', version: '1.2.3' },
        verdict: verdict(2),
      }),
      expect.objectContaining({ decisionId: 'id-2', verdict: verdict(4) }),
    ]);
    expect(decision.stats()).toMatchObject({ decided: { active: 2, fallback: 0 }, latency: { count: 1 } });
  });

  it('is not asked about an empty batch', async () => {
    const { decision } = governed(() => Promise.reject(new Error('asked')));
    expect(await decision.decide([])).toEqual([]);
    expect(decision.stats().latency.count).toBe(0);
  });

  it('may have no answer for some inputs without counting as failed', async () => {
    const { decision } = governed(async (inputs) => inputs.map((n) => (n === 2 ? null : verdict(n))));
    for (let round = 0; round < 5; round++) {
      const results = await decision.decide([1, 2, 3]);
      expect(results.map((result) => result.mode)).toEqual(['active', 'fallback', 'active']);
      expect(results[1]!.fallbackCause?.cause).toBe('no-answer');
    }
    expect(decision.stats().breaker).toMatchObject({ state: 'closed', opened: 0 });
  });
});

describe('the fallback decides', () => {
  it('when the budget expires, and the late policy is aborted', async () => {
    let stopped = false;
    const { decision, clock } = governed(
      (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            stopped = true;
            reject(signal.reason);
          });
        }),
    );
    const [result] = await decideIn(clock, decision, [1]);
    expect(result).toMatchObject({
      mode: 'fallback',
      policy: { name: 'rules', version: '1.0.0' },
      fallbackCause: { cause: 'timeout', detail: 'no answer within 200 ms' },
      latencyMs: 200,
    });
    expect(stopped).toBe(true);
  });

  it.each<[string, Decide, string, RegExp]>([
    ['it rejects', () => Promise.reject(new Error('worker gone')), 'error', /worker gone/],
    [
      'it throws',
      () => {
        throw new Error('at once');
      },
      'error',
      /at once/,
    ],
    ['it gives too few verdicts', async () => [verdict(1)], 'invalid', /1 verdicts for 2/],
    ['an answer fails the check', async () => [verdict(Number.NaN), verdict(Number.NaN)], 'invalid', /NaN/],
    ['confidence is not a share', async () => [verdict(1, 1.5), verdict(1, Number.NaN)], 'invalid', /1\.5/],
  ])('when %s', async (_, active, cause, detail) => {
    const { decision } = governed(active);
    for (const result of await decision.decide([1, 2])) {
      expect(result).toMatchObject({ mode: 'fallback', verdict: verdict(-1, 0.5), fallbackCause: { cause } });
      expect(result.fallbackCause?.detail).toMatch(detail);
    }
    expect(decision.stats()).toMatchObject({ decided: { active: 0, fallback: 2 }, causes: { [cause]: 2 } });
  });

  it('only about the invalid verdict if others of the batch are valid', async () => {
    const { decision } = governed(async (inputs) => inputs.map((n) => verdict(n === 2 ? Number.NaN : n)));
    for (let round = 0; round < 5; round++) {
      const results = await decision.decide([1, 2]);
      expect(results.map((result) => result.mode)).toEqual(['active', 'fallback']);
    }
    expect(decision.stats().breaker.state).toBe('closed');
  });

  it('and if it fails too, each result says so, with the state of the breaker', async () => {
    const { decision } = governed(
      () => Promise.reject(new Error('no model')),
      () => Promise.reject(new Error('no rules')),
    );
    const results = await decision.decide([1, 2]);
    for (const result of results) {
      expect(result.verdict).toBeNull();
      expect(result.error).toMatchObject({ code: 'DECISION_FALLBACK_FAILED' });
      expect(result.error?.message).toMatch(/rules 1\.0\.0 failed: no rules \(breaker of double is closed\)/);
    }
    expect(decision.stats().undecided).toBe(2);
    expect(decision.record(results[0]!, { subject: 's', inputs: {}, answer: {} })).toBeNull();
  });

  it('and a fallback that hangs is aborted', async () => {
    const { decision, clock } = governed(
      () => Promise.reject(new Error('no model')),
      () => new Promise(() => {}),
    );
    const deciding = decision.decide([1]);
    await clock.advance(1_100);
    expect((await deciding)[0]!.error?.message).toMatch(/no answer within 1000 ms/);
  });
});

describe('the breaker', () => {
  /** An active policy that can be broken and repaired, and counts how often it is asked. */
  function mendable() {
    const policy = { broken: true, asked: 0 };
    const decide: Decide = async (inputs, signal) => {
      policy.asked += 1;
      if (policy.broken) throw new Error('broken');
      return doubled(inputs, signal);
    };
    return { policy, ...governed(decide) };
  }

  it('opens after consecutive failures, stops asking, tries again after a while and recovers', async () => {
    const { policy, decision, clock } = mendable();
    for (let round = 0; round < 3; round++) await decision.decide([1]);
    expect(decision.stats().breaker).toMatchObject({ state: 'open', opened: 1 });

    const [resting] = await decision.decide([1]);
    expect(resting!.fallbackCause).toEqual({
      cause: 'breaker-open',
      detail: 'it is suspended after 3 failures in a row',
    });
    expect(policy.asked).toBe(3);

    await clock.advance(10_000);
    await decision.decide([1]);
    expect(policy.asked).toBe(4);
    expect(decision.stats().breaker).toMatchObject({ state: 'open', opened: 1 });

    policy.broken = false;
    await clock.advance(9_000);
    await decision.decide([1]);
    expect(policy.asked).toBe(4);
    await clock.advance(1_000);
    expect((await decision.decide([1]))[0]!.mode).toBe('active');
    expect(decision.stats().breaker.state).toBe('closed');
  });

  it('is not held open by a wall clock that is set back', async () => {
    const { policy, decision, clock } = mendable();
    for (let round = 0; round < 3; round++) await decision.decide([1]);
    clock.setWall(0);
    policy.broken = false;
    await clock.advance(10_000);
    expect((await decision.decide([1]))[0]!.mode).toBe('active');
  });

  it('does not make other inputs wait for its trial', async () => {
    let answer = (_: Verdict<number>[]) => {};
    let failing = true;
    const { decision, clock } = governed(() =>
      failing ? Promise.reject(new Error('broken')) : new Promise((resolve) => (answer = resolve)),
    );
    for (let round = 0; round < 3; round++) await decision.decide([1]);
    await clock.advance(10_000);
    failing = false;
    const trial = decision.decide([1]);
    const [other] = await decision.decide([1]);
    expect(other!.fallbackCause?.detail).toBe('it is being tried again after 3 failures in a row');
    await clock.advance(0);
    answer([verdict(7)]);
    expect((await trial)[0]!.verdict).toEqual(verdict(7));
  });

  it('counts consecutive failures across batches without evidence', async () => {
    const { decision } = governed(async (inputs) => {
      if (inputs[0] === 0) return inputs.map(() => null);
      throw new Error('broken');
    });
    for (const input of [1, 0, 1, 0, 1]) await decision.decide([input]);
    expect(decision.stats().breaker.state).toBe('open');
  });
});

it('stops asking a policy whose earlier runs never end', async () => {
  let asked = 0;
  const endings: (() => void)[] = [];
  const { decision, clock } = governed(() => {
    asked += 1;
    return new Promise((_, reject) => endings.push(() => reject(new Error('ended'))));
  });
  for (let round = 0; round < 12; round++) {
    await decideIn(clock, decision, [1]);
    await clock.advance(10_000);
  }
  expect(asked).toBe(4);
  expect(decision.stats().causes.busy).toBeGreaterThan(0);
  for (const end of endings) end();
  await clock.advance(0);
  await decideIn(clock, decision, [1]);
  expect(asked).toBe(5);
});

it('counts an answer that arrived while the thread was busy', async () => {
  const clock = manualClock();
  let answer = (_: Verdict<number>[]) => {};
  const { decision } = governed(() => new Promise((resolve) => (answer = resolve)), rules, clock);
  const deciding = decision.decide([1]);
  clock.setTimer(200, () => answer([verdict(2)]));
  await clock.advance(500);
  expect((await deciding)[0]!.mode).toBe('active');
});

it('builds decision records that are bounded', async () => {
  const { decision } = governed(() => Promise.reject(new Error('x'.repeat(5_000))));
  const [decided] = await decision.decide([1]);
  const record = decision.record(decided!, {
    subject: 'site/m1',
    inputs: { n: 1 },
    answer: { n: -1 },
    reasons: Array.from({ length: 30 }, (_, i) => `reason ${i}`),
  });
  expect(record).toMatchObject({ decision: 'test', decisionId: 'id-1', mode: 'fallback', confidence: 0.5 });
  expect(record!.reasons).toHaveLength(16);
  expect(record!.fallbackCause!.length).toBeLessThanOrEqual(300);
});
