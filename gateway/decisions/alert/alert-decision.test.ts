import { Type } from '@sinclair/typebox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judgedBy } from '../../../shared/contract/events.ts';
import { parseLine } from '../../../shared/contract/line-protocol.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import { alertBench } from './alert-bench.testing.ts';

let bench: Awaited<ReturnType<typeof alertBench>>;
beforeEach(async () => {
  bench = await alertBench();
});
afterEach(() => bench.dispose());

describe('a prediction', () => {
  it('opens with everything that a technician needs, after a record of the decision', async () => {
    const decision = await bench.started();
    await bench.evaluate(decision, 500, 5);
    expect(bench.state.events).toEqual([]);
    await bench.evaluate(decision, 38, 3);
    const [event] = bench.opened();
    expect(event).toMatchObject({
      source: '/gateways/gw-1',
      subject: 'lab/p1',
      time: new Date(bench.clock.nowMs()).toISOString(),
      data: {
        site: 'lab',
        machine: 'p1',
        machineType: 'pump',
        failureMode: 'wear',
        severity: 'warning',
        source: 'model',
        model: { name: 'wear-net', version: '2.0.0' },
        remainingLife: { p50: 38, unit: 'cycles' },
        reasons: [
          'Remaining life 38 cycles (80 % interval 26.6–53.2), below the limit of 60',
          'vibration 6.8 mm/s, normal below 4.5 mm/s: 100 % of this estimate',
        ],
      },
    });
    expect(bench.state.events.map(({ type }) => type)).toEqual([
      'io.harbinger.decision.recorded.v1',
      'io.harbinger.prediction.opened.v1',
    ]);
    expect(bench.records()[0]!.data).toMatchObject({
      decisionId: event!.data.decisionId,
      decision: 'alert',
      subject: 'lab/p1',
      mode: 'active',
      policy: { name: 'wear-net', version: '2.0.0' },
      answer: { changes: [{ change: 'opened', predictionId: event!.data.predictionId }] },
    });
    expect(decision.stats()).toMatchObject({ open: { warning: 1, critical: 0 }, events: { pending: 0 } });
  });

  it('rises in severity, is updated and resolves under the same id', async () => {
    const decision = await bench.started();
    await bench.evaluate(decision, 50, 3);
    await bench.evaluate(decision, 35, 100);
    await bench.evaluate(decision, 15, 3);
    await bench.evaluate(decision, 200, 4);
    const names = [...bench.opened(), ...bench.updated(), ...bench.resolved()].map(
      (event) => event.data.predictionId,
    );
    expect(new Set(names).size).toBe(1);
    expect(bench.updated().map((event) => event.data.severity)).toEqual(['warning', 'critical']);
    expect(new Set(bench.state.events.map(({ id }) => id)).size).toBe(bench.state.events.length);
    expect(decision.open()).toEqual([]);
  });

  it('opens once for a value that flaps around the limit', async () => {
    const decision = await bench.started();
    for (let i = 0; i < 20; i++) {
      await bench.evaluate(decision, 59, 4);
      await bench.evaluate(decision, 61, 4);
    }
    expect(bench.opened()).toHaveLength(1);
    expect(bench.resolved()).toHaveLength(0);
  });

  it('is resolved when the machine fails, and does not reopen until it is healthy or replaced', async () => {
    const decision = await bench.started();
    await bench.evaluate(decision, 38, 3);
    await bench.clock.advance(60_000);
    const notice = {
      state: 'failed' as const,
      about: { site: 'lab', machine: 'p1', machineType: 'pump' },
      atMs: bench.clock.nowMs(),
    };
    await decision.lifecycle(notice);
    await decision.lifecycle(notice);
    expect(bench.resolved()).toHaveLength(1);
    expect(bench.resolved()[0]!.data.reasons[0]).toMatch(
      /^The machine failed 60 s after the first warning, which expected 38/,
    );
    expect(bench.resolved()[0]!.data.outcome).toBe('failed');
    expect(bench.records().at(-1)!.data.policy.name).toBe('lifecycle');
    await bench.evaluate(decision, 0, 50);
    expect(bench.opened()).toHaveLength(1);
    expect(decision.stats().failures).toEqual({ warned: 1, unwarned: 0 });

    await decision.lifecycle({ ...notice, state: 'replaced', atMs: bench.clock.nowMs() });
    await bench.evaluate(decision, 0, 3);
    expect(bench.opened()).toHaveLength(1);
    await bench.evaluate(decision, 500, 10);
    await bench.evaluate(decision, 38, 3);
    expect(bench.opened()).toHaveLength(2);
  });

  it('that is missing when a machine fails is counted, whatever time the sender reports', async () => {
    const decision = await bench.started();
    await bench.evaluate(decision, 500, 1);
    await decision.lifecycle({
      state: 'failed',
      about: { site: 'lab', machine: 'p1', machineType: 'pump' },
      atMs: 1e300,
    });
    await decision.lifecycle({
      state: 'failed',
      about: { site: 'lab', machine: 'p9', machineType: 'pump' },
      atMs: 1,
    });
    expect(decision.stats()).toMatchObject({ failures: { warned: 0, unwarned: 2 }, errors: 0 });
  });
});

describe('rules decide', () => {
  it('within the budget when the model is slow, and the event says so', async () => {
    const decision = await bench.started();
    bench.state.model = 'silent';
    await bench.evaluate(decision, 38, 3);
    const [event] = bench.opened();
    expect(event!.data).toMatchObject({ source: 'rules', model: null });
    expect(event!.data.reasons.at(-1)).toBe('Decided by rules: the model did not answer within 200 ms');
    expect(bench.records()[0]!.data).toMatchObject({
      mode: 'fallback',
      latencyMs: 200,
      policy: { name: 'rules' },
    });
    expect(bench.records()[0]!.data.fallbackCause).toMatch(/^timeout: /);
  });

  it('while a failing model is suspended, and the model again once it has recovered', async () => {
    const decision = await bench.started({ sampleMs: 0, breaker: { failures: 3, halfOpenAfterMs: 30_000 } });
    await bench.evaluate(decision, 500, 1);
    bench.state.model = 'broken';
    await bench.evaluate(decision, 500, 10);
    expect(bench.state.modelAsked).toBe(4);
    expect(decision.stats().decision).toMatchObject({
      breaker: { state: 'open', opened: 1 },
      causes: { error: 3, 'breaker-open': 7 },
    });
    bench.state.model = 'sound';
    await bench.evaluate(decision, 500, 30);
    expect(decision.stats().decision.breaker.state).toBe('closed');
    const records = bench.records().map(({ data }) => data);
    expect(records.map(({ mode, answer, breaker }) => [mode, answer.recorded, breaker?.openedBy])).toEqual([
      ['fallback', 'mode', undefined],
      ['fallback', 'sample', 'failures'],
      ['active', 'mode', undefined],
    ]);
    expect(records[1]!.breaker!.detail).toBe('after 3 failures in a row, the last one: worker gone');
  });

  it.each([
    [
      'endless',
      'the model’s answer was not usable (remaining life p10 1, p50 2, p90 Infinity are not rising, finite numbers)',
    ],
    ['nan', 'the model’s answer was not usable (health must be <= 1)'],
    ['ignorant', 'no model answers for machine type pump'],
    ['broken', 'the model failed (worker gone)'],
  ] as const)('when the model is %s', async (model, why) => {
    const decision = await bench.started();
    bench.state.model = model;
    await bench.evaluate(decision, 38, 3);
    expect(bench.opened()[0]!.data.reasons.at(-1)).toBe(`Decided by rules: ${why}`);
  });
});

describe('the machine’s own past decides', () => {
  it('if the model does not, and record and estimate line say so; rules decide if it has no answer', async () => {
    const decision = await bench.started();
    Object.assign(bench.state, { model: 'ignorant', selfLearned: true });
    await bench.evaluate(decision, 38, 3);
    const [event] = bench.opened();
    expect(event!.data).toMatchObject({ detector: { name: 'self-learned' }, model: null });
    expect(judgedBy(event!.data)).toBe('self-learned');
    expect(event!.data.reasons.at(-1)).toBe(
      'Decided by the machine’s own past: no model answers for machine type pump',
    );
    expect(bench.records()[0]!.data).toMatchObject({
      mode: 'fallback',
      policy: { name: 'self-learned', version: '1.0.0' },
      answer: { detector: { name: 'self-learned' } },
    });
    expect(bench.state.estimates.at(-1)).toContain(',source="rules",');
    expect(bench.state.estimates.at(-1)).toContain(',detector="self-learned@1.0.0"');
    bench.state.selfLearned = false;
    await bench.evaluate(decision, 38, 1);
    expect(decision.stats().decision.byPolicy).toEqual({ 'self-learned': 3, rules: 1 });
  });

  it('in events that older readers interpret as decided by rules', async () => {
    const decision = await bench.started();
    Object.assign(bench.state, { model: 'ignorant', selfLearned: true });
    await bench.evaluate(decision, 38, 3);
    // The schema before the detector existed.
    const before = compileValidator(
      Type.Object({
        source: Type.Union([Type.Literal('model'), Type.Literal('rules')]),
        model: Type.Union([Type.Object({ name: Type.String(), version: Type.String() }), Type.Null()]),
      }),
    );
    const { source } = before(bench.opened()[0]!.data, (problem) => new Error(problem));
    expect(source).toBe('rules');
  });
});

describe('estimate lines', () => {
  it('are typed, and thinned unless an alert changes', async () => {
    const decision = await bench.started({ sampleMs: 0, estimateMsMin: 10_000 });
    await bench.evaluate(decision, 500, 20);
    expect(bench.state.estimates).toHaveLength(2);
    await bench.evaluate(decision, 50, 3);
    expect(bench.state.estimates).toHaveLength(4);
    const line = parseLine(bench.state.estimates.at(-1)!);
    expect(line).toEqual({
      measurement: 'estimate',
      tags: { gateway: 'gw-1', machine: 'p1', site: 'lab' },
      fields: {
        rul_p10: 35,
        rul_p50: 50,
        rul_p90: 70,
        health: 0.25,
        anomaly: 0.1,
        confidence: 0.8,
        limits: 2,
        limits_met: 1,
        beyond_sensor: 0,
        beyond_value: 6.8,
        beyond_at: 4.5,
        beyond_sensor_text: 'vibration',
        beyond_unit_text: 'mm/s',
        policies_met: 1,
        source: 'model',
        type: 'pump',
        unit: 'cycles',
        model: 'wear-net@2.0.0',
      },
      timestampNs: BigInt(bench.clock.nowMs()) * 1_000_000n,
    });
  });
});

describe('bounds', () => {
  it('records samples at their rate, and changes of mode up to a number a minute', async () => {
    const decision = await bench.started({ sampleMs: 10_000, recordsPerMinuteMax: 5 });
    await bench.evaluate(decision, 500, 20);
    expect(bench.records().map(({ data }) => data.answer.recorded)).toEqual(['sample', 'sample']);
    const fleet = Array.from({ length: 40 }, (_, i) => `m${i}`);
    await decision.evaluate(fleet.map((machine) => bench.input(machine)));
    bench.state.model = 'broken';
    await decision.evaluate(fleet.map((machine) => bench.input(machine)));
    expect(decision.stats().records).toMatchObject({ sample: 2, mode: 3, suppressed: 37 });
  });

  it('keeps no more machines than its limit, and forgets the one without an alert that was silent longest', async () => {
    const decision = await bench.started({ machinesMax: 2 });
    await decision.evaluate(['a', 'b', 'c'].map((machine) => bench.input(machine)));
    expect(decision.stats()).toMatchObject({ machines: 2, refused: 0, estimates: 3 });
  });

  it('decides about a machine although reports of made-up ones have filled its book', async () => {
    const decision = await bench.started({ machinesMax: 10 });
    for (let i = 0; i < 30; i++) {
      const about = { site: 'plant', machine: `made-up-${i}`, machineType: 'pump' };
      await decision.lifecycle({ state: 'failed', about, atMs: i });
    }
    await decision.evaluate([bench.input('real')]);
    expect(decision.stats()).toMatchObject({ machines: 10, refused: 0, estimates: 1 });
  });

  it('drops batches beyond the limit of waiting ones', async () => {
    const decision = await bench.started();
    bench.state.model = 'silent';
    const batches = Array.from({ length: 10 }, () => decision.evaluate([bench.input()]));
    for (let i = 0; i < 6; i++) await bench.clock.advance(300);
    await Promise.all(batches);
    expect(decision.stats().dropped).toBe(6);
  });

  it('machines that fail at the same time do not crowd out the others’ decisions', async () => {
    const decision = await bench.started();
    const about = { site: 'plant', machine: 'other', machineType: 'pump' };
    const notices = Array.from({ length: 10 }, () => decision.lifecycle({ state: 'failed', about, atMs: 0 }));
    await Promise.all([...notices, decision.evaluate([bench.input()])]);
    expect(decision.stats()).toMatchObject({ dropped: 0, estimates: 1 });
  });
});
