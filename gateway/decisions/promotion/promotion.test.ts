/** Judgement of versions of models that are tried, and the records of it. */
import { describe, expect, it } from 'vitest';
import { checkEvent, type HarbingerEvent, isEventOf } from '../../../shared/contract/events.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import type { TrialNow } from '../../ports/models/versions.ts';
import { PromotionDecisionConfig } from './config.ts';
import { evidencePolicy, guardRules, inputOf } from './policies.ts';
import { PromotionDecision } from './promotion-decision.ts';
import { fakeTrials, figuresOf, trialOf } from './trials.testing.ts';

const validate = compileValidator(PromotionDecisionConfig);
const configOf = (some: object = {}) => validate(some, (problem) => new Error(problem));

const judged = (trial: TrialNow, some: object = {}) =>
  evidencePolicy(configOf(some)).decideNow!([inputOf(trial)])[0]!;
const guardOf = (some: Partial<TrialNow> = {}) =>
  trialOf({ role: 'guard', health: { answered: 100, failed: 0, slow: 0, lastError: null }, ...some });

describe('a version that judges and is guarded', () => {
  it.each([
    [
      'fails',
      { answered: 40, failed: 10, slow: 0, lastError: 'the worker is gone' },
      /has failed for 10 of 50 .*gone/,
    ],
    ['is too slow', { answered: 50, failed: 0, slow: 20, lastError: null }, /was too slow for 20 of 50/],
  ])('is taken back if it %s, however few readings there were', (_, health, reason) => {
    const trial = guardOf({ health, figures: figuresOf({ readings: 10 }) });
    expect(judged(trial)).toMatchObject({
      answer: { action: 'roll-back' },
      reasons: [expect.stringMatching(reason)],
    });
    expect(guardRules(configOf()).decideNow!([inputOf(trial)])[0]).toMatchObject({
      answer: { action: 'roll-back' },
    });
  });

  it('is not taken back for one failure, nor for a few among many', () => {
    for (const health of [
      { answered: 0, failed: 2, slow: 0, lastError: 'x' },
      { answered: 1_000, failed: 50, slow: 50, lastError: 'x' },
    ])
      expect(judged(guardOf({ health, figures: figuresOf({ readings: 10 }) })).answer.action).toBe('wait');
  });

  it('is taken back if it says otherwise than the version before, once there are enough readings', () => {
    const figures = { agreed: 15_000, readings: 20_000 };
    expect(judged(guardOf({ figures: figuresOf(figures) }))).toMatchObject({
      answer: { action: 'roll-back' },
      reasons: [expect.stringMatching(/agree in 75.0 % of the readings/), expect.anything()],
    });
    const few = figuresOf({ agreed: 75, readings: 100 });
    expect(judged(guardOf({ figures: few })).answer.action).toBe('wait');
    const drifted = figuresOf({ difference: { mean: -70, meanAbsolute: 70 } });
    expect(judged(guardOf({ figures: drifted })).answer.action).toBe('roll-back');
  });

  it('is taken back for many more warnings, or many fewer, than the version before', () => {
    for (const alerts of [
      { both: 1, raised: 3, spared: 3 },
      { both: 0, raised: 8, spared: 0 },
    ]) {
      const isMany = alerts.raised === 8;
      expect(judged(guardOf({ figures: figuresOf({ alerts }) })).answer.action).toBe(
        isMany ? 'roll-back' : 'prove',
      );
    }
  });

  it('is taken back if it says nothing where the version before it does', () => {
    const health = { answered: 50, failed: 0, slow: 0, given: 40, declined: 60, lastError: null };
    expect(judged(guardOf({ health }))).toMatchObject({
      answer: { action: 'roll-back' },
      reasons: [expect.stringMatching(/has said nothing about 60 of 100 readings within a minute/)],
    });
  });

  it('may say otherwise than the version before, if it was promoted because that was right', () => {
    const drifted = figuresOf({ agreed: 15_000, difference: { mean: -70, meanAbsolute: 70 } });
    const failed = { count: 5, both: 0, onlyCandidate: 5, onlyOther: 0 };
    expect(judged(guardOf({ figures: drifted })).answer.action).toBe('roll-back');
    const known = { failed, vain: { raised: 0, spared: 0 } };
    expect(judged(guardOf({ figures: drifted, known })).answer.action).toBe('prove');
    // Since then it has missed more than that.
    const missing = figuresOf({ failed: { count: 20, both: 0, onlyCandidate: 0, onlyOther: 20 } });
    expect(judged(guardOf({ figures: missing, known })).answer.action).toBe('roll-back');
  });

  it('is guarded for a time, however many readings there are', () => {
    const figures = figuresOf({ to: '2026-01-01T00:00:10.000Z' });
    expect(judged(guardOf({ figures })).answer.action).toBe('wait');
  });

  it('stays once enough readings have shown nothing against it', () => {
    expect(judged(guardOf())).toMatchObject({ answer: { action: 'prove' } });
  });
});

describe('a candidate that runs beside', () => {
  it('waits for enough readings, and is proposed then; a person promotes it', () => {
    expect(judged(trialOf({ figures: figuresOf({ readings: 9_999 }) }))).toMatchObject({
      answer: { action: 'wait' },
      reasons: ['9999 readings of 10 machines were judged by both, and 10000 are needed'],
    });
    expect(judged(trialOf()).answer.action).toBe('propose');
    const byItself = { promote: 'by-itself' };
    expect(judged(trialOf(), byItself).answer.action).toBe('wait');
    const failed = { count: 3, both: 3, onlyCandidate: 0, onlyOther: 0 };
    expect(judged(trialOf({ figures: figuresOf({ failed }) }), byItself).answer.action).toBe('promote');
  });

  it('is taken back if it misses failures, or warns in vain, more often than by chance', () => {
    const missing = { count: 5, both: 1, onlyCandidate: 0, onlyOther: 4 };
    const alerts = { both: 1, raised: 6, spared: 0 };
    const vain = { raised: 6, spared: 0 };
    expect(judged(trialOf({ figures: figuresOf({ failed: missing }) }))).toMatchObject({
      answer: { action: 'roll-back' },
      reasons: [
        expect.stringMatching(/did not warn of 4 failures of which pump-rul@2.0.0 did/),
        expect.anything(),
      ],
    });
    expect(judged(trialOf({ figures: figuresOf({ alerts, vain }) })).answer.action).toBe('roll-back');
    // Warnings that are still open prove nothing.
    expect(judged(trialOf({ figures: figuresOf({ alerts }) })).answer.action).not.toBe('roll-back');
    // Warnings that a failure followed were right.
    const right = { count: 6, both: 0, onlyCandidate: 6, onlyOther: 0 };
    const better = judged(trialOf({ figures: figuresOf({ alerts, failed: right, agreed: 10_000 }) }));
    expect(better).toMatchObject({
      answer: { action: 'propose' },
      reasons: [expect.stringMatching(/warned of 6 failures of which pump-rul@2.0.0 did not/), {}, {}, {}],
    });
  });

  it('does not judge by itself before it has warned of failures, whatever it spares', () => {
    const vain = { raised: 0, spared: 40 };
    const byItself = { promote: 'by-itself' };
    expect(judged(trialOf({ figures: figuresOf({ vain }) }), byItself).answer.action).toBe('wait');
  });

  it('is not proposed if it often says nothing where the other one does', () => {
    const beside = { answered: 500, failed: 0, declined: 400, lastError: null };
    expect(judged(trialOf({ beside }))).toMatchObject({
      answer: { action: 'wait' },
      reasons: [expect.stringMatching(/said nothing about 400 of 900 readings within an hour/), {}],
    });
    // That was last week, and is not so any more.
    const figures = figuresOf({ failures: { 'no-answer': 8_000 } });
    expect(judged(trialOf({ figures })).answer.action).toBe('propose');
  });

  it('is neither proposed nor taken back while it only says otherwise', () => {
    expect(judged(trialOf({ figures: figuresOf({ agreed: 10_000 }) })).answer.action).toBe('wait');
  });

  it('is not asked any more if most of its answers are none', () => {
    const broken = { answered: 10, failed: 80, declined: 900, lastError: 'error' };
    const figures = figuresOf({ failures: { error: 40, timeout: 40, 'no-answer': 900 } });
    expect(judged(trialOf({ figures, beside: broken }))).toMatchObject({
      answer: { action: 'roll-back' },
      reasons: [
        expect.stringMatching(/no answer for 80 of 90 readings within an hour .*error 40, timeout 40/),
      ],
    });
    const few = { answered: 1_000, failed: 100, lastError: 'error' };
    expect(judged(trialOf({ beside: few })).answer.action).toBe('propose');
  });

  it('is not asked any more if it fails now, however long it was sound; and is, if it failed long ago', () => {
    const sound = figuresOf({ readings: 1_000_000, agreed: 1_000_000, failures: { error: 60 } });
    const beside = { answered: 0, failed: 60, lastError: 'error' };
    expect(judged(trialOf({ figures: sound, beside })).answer.action).toBe('roll-back');
    const once = figuresOf({ failures: { error: 30_000 } });
    expect(judged(trialOf({ figures: once })).answer.action).toBe('propose');
  });
});

describe('the decision', () => {
  function running(some: object = {}) {
    const clock = manualClock();
    const { models, state } = fakeTrials();
    const events: HarbingerEvent[] = [];
    const journal = { isFull: false };
    const outbox = {
      async event(event: HarbingerEvent) {
        if (journal.isFull) throw new Error('the disk is full');
        events.push(checkEvent(structuredClone(event)));
      },
      estimates() {},
    };
    const decision = new PromotionDecision({
      gateway: 'g',
      models,
      config: configOf(some),
      outbox,
      clock,
      log: silentLog,
    });
    const records = () =>
      events.flatMap((event) => (isEventOf(event, 'io.harbinger.decision.recorded.v1') ? [event.data] : []));
    return { clock, state, journal, decision, records };
  }

  it('takes a bad version back within a minute, and proposes a good one once, with records', async () => {
    const { clock, state, decision, records } = running();
    await decision.start();
    state.trials = [
      guardOf({ key: 'bad', health: { answered: 0, failed: 3, slow: 0, lastError: 'NaN' } }),
      trialOf({ key: 'good' }),
    ];
    await clock.advance(60_000);
    await decision.stop();
    expect(state.done).toEqual([
      'back: pump-rul@2.1.0 has failed for 3 of 3 batches within a minute: NaN; bad',
    ]);
    expect(records().map(({ answer, mode }) => [answer.action, mode])).toEqual([
      ['roll-back', 'active'],
      ['propose', 'active'],
    ]);
    expect(await decision.replay(records())).toMatchObject([{ outcome: 'same' }, { outcome: 'same' }]);
  });

  it('writes down what a person has decided, once, with who and why', async () => {
    const { clock, state, decision, records } = running();
    await decision.start();
    const override = { by: 'maria', why: 'it is better', document: 'models/active:pump 7' };
    const switched = {
      what: 'active' as const,
      model: { name: 'pump-rul', version: '2.1.0' },
      before: { name: 'pump-rul', version: '2.0.0' },
      ...{ override, step: null },
    };
    state.say(switched);
    await clock.advance(1_000);
    await decision.stop();
    expect(records()).toMatchObject([
      {
        decision: 'promotion',
        subject: 'pump-rul@2.1.0',
        mode: 'override',
        inputs: { before: 'pump-rul@2.0.0' },
        answer: { action: 'active' },
        override,
      },
    ]);
    expect(await decision.replay(records())).toMatchObject([{ outcome: 'impossible' }]);
  });

  it('records what was done before a stop, once, and until the journal has taken it', async () => {
    const { clock, state, journal, decision, records } = running();
    const override = { by: 'maria', why: 'it is better', document: 'models/active:pump 7' };
    const step = { model: 'pump-rul@2.1.0', before: 'pump-rul@2.0.0', atMs: 1_000 };
    state.owed = [
      { ...step, id: 'a', what: 'active', override },
      { ...step, id: 'b', what: 'roll-back', why: 'it has failed' },
    ];
    journal.isFull = true;
    await decision.start();
    await clock.advance(20_000);
    expect(state.owed).toHaveLength(2);
    journal.isFull = false;
    await clock.advance(20_000);
    await decision.stop();
    expect(state.owed).toEqual([]);
    expect(records()).toMatchObject([
      { mode: 'override', override, answer: { action: 'active' }, inputs: { before: 'pump-rul@2.0.0' } },
      { mode: 'active', answer: { action: 'roll-back' }, policy: { name: 'recorded-later' } },
    ]);
    expect(records()[1]?.reasons[0]).toBe('it has failed');
    expect(await decision.replay(records())).toMatchObject([
      { outcome: 'impossible' },
      { outcome: 'impossible' },
    ]);
  });

  it('keeps what it does until it is recorded, and its record has the same name whenever it is written', async () => {
    const { clock, state, journal, decision, records } = running();
    const bad = guardOf({ key: 'bad', health: { answered: 0, failed: 3, slow: 0, lastError: 'NaN' } });
    await decision.start();
    journal.isFull = true;
    state.trials = [bad];
    await clock.advance(20_000);
    const { owed } = state;
    expect(owed).toMatchObject([{ what: 'roll-back', model: 'pump-rul@2.1.0' }]);
    journal.isFull = false;
    await clock.advance(20_000);
    await decision.stop();
    expect(state.owed).toEqual([]);
    expect(records()).toMatchObject([{ answer: { action: 'roll-back' }, policy: { name: 'evidence' } }]);
    const restarted = running();
    restarted.state.owed = owed;
    await restarted.decision.start();
    await restarted.clock.advance(20_000);
    await restarted.decision.stop();
    expect(restarted.records()[0]?.decisionId).toBe(records()[0]?.decisionId);
  });
});
