/** The word of a person in place of what is decided: who decides, and whether anybody is told. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { alertBench } from '../alert-bench.testing.ts';
import type { AlertDecision } from '../alert-decision.ts';

let bench: Awaited<ReturnType<typeof alertBench>>;
let decision: AlertDecision;
beforeEach(async () => {
  bench = await alertBench();
  decision = await bench.started({ sampleMs: 0 });
});
afterEach(() => bench.dispose());

const word = { key: 'overrides/x', version: 7, who: 'maria', why: 'trial' };
const settled = () => decision.ended([]);

it('rules decide where a person wants it, and the record says who, why and where it is written', async () => {
  bench.overrides.say({ rules: { ...word, untilMs: Date.UTC(2026, 5, 1) } });
  await bench.evaluate(decision, 38, 3);
  const [record] = bench.records();
  const until = '2026-06-01T00:00:00.000Z';
  expect(record?.data).toMatchObject({
    mode: 'override',
    policy: { name: 'rules' },
    fallbackCause: `override: maria wants it until ${until}: trial`,
    override: { by: 'maria', why: 'trial', until, document: 'overrides/x 7' },
  });
  expect(decision.stats().decision).toMatchObject({
    decided: { active: 0, fallback: 0, override: 3 },
    byPolicy: { rules: 3 },
  });
  bench.overrides.say(null);
  await bench.evaluate(decision, 38, 1);
  expect(bench.records().at(-1)?.data).toMatchObject({ mode: 'active', answer: { recorded: 'mode' } });
});

it('where a person wants the version that has answered, the record says who, and why', async () => {
  bench.overrides.say({ pin: { ...word, model: 'wear-net@2.0.0' } });
  await bench.evaluate(decision, 38, 3);
  const [record] = bench.records();
  expect(record?.data).toMatchObject({ mode: 'override', override: { by: 'maria', why: 'trial' } });
  expect(record?.data.fallbackCause).toBeUndefined();
  expect(record?.data.reasons).toContain('Judged by the version that maria wants: trial');
  bench.overrides.say({ pin: { ...word, model: 'wear-net@1.0.0' } });
  await bench.evaluate(decision, 38, 1);
  expect(bench.records().at(-1)?.data).toMatchObject({ mode: 'active' });
});

it('of a muted machine alerts are raised, and say that nobody is to be told', async () => {
  bench.overrides.say({ mute: word });
  await bench.evaluate(decision, 38, 3);
  expect(bench.opened()[0]?.data).toMatchObject({ muted: { by: 'maria', why: 'trial' } });
});

it('an alert that is open hears that its machine was muted, and that it is not any more, once, with why it is so', async () => {
  await bench.evaluate(decision, 38, 3);
  expect(bench.opened()[0]?.data.muted).toBeUndefined();
  bench.overrides.say({ mute: word });
  bench.overrides.say({ mute: { ...word, version: 8 } });
  await settled();
  expect(bench.updated().map(({ data }) => data)).toMatchObject([
    {
      muted: { by: 'maria' },
      reasons: ['Muted by maria: trial', expect.stringMatching(/^Remaining life 38/), {}],
    },
  ]);
  expect(bench.records().at(-1)?.data).toMatchObject({ mode: 'override', inputs: { state: 'muted' } });
  await decision.stop();
  decision = await bench.started({ sampleMs: 0 });
  await settled();
  // The new process was told the same.
  expect(bench.updated()).toHaveLength(1);
  bench.overrides.say(null);
  await settled();
  expect(bench.updated()).toHaveLength(2);
  expect(bench.updated()[1]?.data).toMatchObject({
    reasons: [expect.stringMatching(/not muted any more/), expect.stringMatching(/^Remaining life 38/), {}],
  });
  expect(bench.updated()[1]?.data.muted).toBeUndefined();
});

it('every alert of a machine hears that it is not muted any more, also if the journal could take nothing then', async () => {
  bench.overrides.say({ mute: word });
  await bench.evaluate(decision, 38, 3);
  const silence = { isSilent: true, isOffline: false, lastHeardMs: bench.clock.nowMs(), allowedMs: 60_000 };
  await bench.evaluate(decision, 38, 1, { silence, isShort: true, window: new Float32Array(0), rows: 0 });
  expect(bench.opened().map(({ data }) => data.muted?.by)).toEqual(['maria', 'maria']);
  const unmuted = () =>
    bench.updated().filter(({ data }) => /not muted any more/.test(data.reasons[0] ?? '')).length;
  bench.overrides.say(null);
  await settled();
  expect(unmuted()).toBe(2);
  bench.overrides.say({ mute: word });
  await settled();
  bench.state.outboxDown = true;
  await bench.evaluate(decision, 10, 3);
  bench.overrides.say(null);
  await settled();
  bench.state.outboxDown = false;
  await bench.evaluate(decision, 10, 1);
  expect(unmuted()).toBe(4);
});
