/** Limits of sensors as alerts: alone, and beside what estimates say. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { timeText } from '../../../shared/words/times.ts';
import type { LimitState } from '../../ports/decision.ts';
import { alertBench } from './alert-bench.testing.ts';

let bench: Awaited<ReturnType<typeof alertBench>>;
beforeEach(async () => {
  bench = await alertBench();
});
afterEach(() => bench.dispose());

/** The vibration of the bench's pump, whose limits are 4.5 and 9 mm/s, beyond one of them for 12 s. */
function beyond(value: number): { limits: LimitState[] } {
  const severity = value >= 9 ? 'critical' : 'warning';
  const at = value >= 9 ? 9 : 4.5;
  const met = {
    side: 'high',
    severity,
    at,
    backAt: at - 0.45,
    sinceMs: bench.clock.nowMs() - 11_000,
  } as const;
  return { limits: [{ sensor: 'vibration', value, met, mayBe: null }] };
}
const unknown = (): { limits: LimitState[] } => ({
  limits: [
    {
      ...{ sensor: 'vibration', value: 6, met: null },
      mayBe: { side: 'high', severity: 'critical', at: 9, backAt: 8.55 },
    },
  ],
});
const severities = () => bench.updated().map(({ data }) => data.severity);
const ids = () =>
  new Set([...bench.opened(), ...bench.updated(), ...bench.resolved()].map(({ data }) => data.predictionId))
    .size;

describe('a sensor beyond a limit', () => {
  it('says nothing of remaining life where rules alone judge, and the estimate where something estimates it', async () => {
    const decision = await bench.started();
    bench.state.model = 'ignorant';
    await bench.evaluate(decision, 500, 1, beyond(6.2));
    expect(bench.opened()).toMatchObject([{ data: { source: 'rules', remainingLife: null, confidence: 1 } }]);
    bench.state.selfLearned = true;
    await bench.evaluate(decision, 400, 1, beyond(9.5));
    expect(bench.updated()).toMatchObject([{ data: { remainingLife: { p50: 400 }, confidence: 0.8 } }]);
    bench.state.selfLearned = false;
    await bench.evaluate(decision, 30, 3, beyond(9.5));
    expect(bench.updated().at(-1)).toMatchObject({
      data: { source: 'rules', remainingLife: { p50: 30 }, confidence: 0.8 },
    });
  });

  it('is told with value, limit, duration and time; severity follows both ways, and it ends', async () => {
    const decision = await bench.started();
    const nowMs = bench.clock.nowMs();
    const since = timeText(nowMs - 11_000, nowMs);
    await bench.evaluate(decision, 500, 5, beyond(6.2));
    expect(bench.opened()).toMatchObject([
      {
        data: {
          ...{ failureMode: 'limit', severity: 'warning', remainingLife: { p50: 500 } },
          contributions: [{ sensor: 'vibration', share: 1, value: 6.2 }],
          reasons: [`vibration 6.2 mm/s, above the warning limit of 4.5 mm/s for 12 s (since ${since})`],
        },
      },
    ]);
    await bench.evaluate(decision, 500, 5, beyond(9.5));
    await bench.evaluate(decision, 500, 5, beyond(6));
    await bench.evaluate(decision, 500, 5);
    expect(severities()).toEqual(['critical', 'warning']);
    expect(bench.updated()[0]!.data.reasons[0]).toMatch(
      /^vibration 9.5 mm\/s, above the alarm limit of 9 mm\/s/,
    );
    expect(bench.resolved()).toMatchObject([
      { data: { failureMode: 'limit', reasons: ['vibration is at or below 4.05 mm/s for 60 s'] } },
    ]);
    expect([ids(), decision.open()]).toEqual([1, []]);
  });

  it('is told when it becomes critical beside another that is, or that only waits for its end', async () => {
    const decision = await bench.started();
    const both = async (vibration: number, temperature: number) => {
      const sinceMs = bench.clock.nowMs();
      const of = (sensor: string, value: number) => {
        const { met } = beyond(value).limits[0]!;
        return { sensor, value, met: value < 4.5 ? null : { ...met!, sinceMs }, mayBe: null };
      };
      await bench.clock.advance(600_000);
      const limits = [of('vibration', vibration), of('current', temperature)];
      await bench.evaluate(decision, null, 3, { limits });
    };
    await both(9.5, 1);
    await both(9.5, 6);
    await both(9.5, 9.4);
    await both(9.5, 9.4);
    const first = () => bench.updated().map(({ data }) => `${data.severity} ${data.reasons.join('; ')}`);
    expect(first()).toEqual([
      expect.stringMatching(/^critical vibration 9.5 .*; current 6.*, above the warning/),
      expect.stringMatching(/^critical vibration 9.5 .*; current 9.4.*, above the alarm/),
    ]);
    await both(1, 1);
    await both(9.5, 1);
    await both(1, 6);
    await both(1, 9.4);
    expect(first().slice(2)).toEqual([
      expect.stringMatching(/^critical vibration.*, back inside .*; current 6.*, above the warning/),
      expect.stringMatching(/^critical current 9.4.*, above the alarm .*; vibration.*, back inside/),
    ]);
  });

  it.each([
    // The row with the value that is back is not whole yet: the newest whole one has the value from before.
    [6.8, 0, 'vibration is back at or below 4.05 mm/s'],
    [3.5, 0, 'vibration 3.5 mm/s; back at or below 4.05 mm/s'],
    [3.5, 60_000, 'vibration 3.5 mm/s; at or below 4.05 mm/s for 60 s'],
    [6.8, 60_000, 'vibration is at or below 4.05 mm/s for 60 s'],
  ])(
    'ends with no value that is beyond it: with %d in the newest row, %d ms',
    async (value, resolveAfterMs, reason) => {
      const { machine } = bench.input();
      const alerts = [{ failureMode: 'limit', on: 'limit', openAfterMs: 0, resolveAfterMs } as const];
      const now = {
        window: Float32Array.from([1, 2, 3, value]),
        machine: { ...machine, type: { ...machine.type, alerts } },
      };
      const decision = await bench.started();
      await bench.evaluate(decision, 500, 1, { ...beyond(6.8), ...now });
      await bench.evaluate(decision, 500, 1, now);
      expect(bench.resolved().map(({ data }) => data.reasons)).toEqual([[reason]]);
    },
  );

  it('is told of a machine that has only begun to send, and estimates of it are not believed', async () => {
    const decision = await bench.started();
    await bench.evaluate(decision, 5, 5, { ...beyond(9.5), isShort: true });
    expect(bench.opened()).toMatchObject([{ data: { failureMode: 'limit', severity: 'critical' } }]);
    expect(bench.state.estimates).toHaveLength(5);
    expect(bench.records().map(({ data }) => data.answer.recorded)).toEqual(['change']);
  });

  it('names all sensors, the worst first, in one alert', async () => {
    const decision = await bench.started();
    const [first] = beyond(6.2).limits;
    const [second] = beyond(9.5).limits;
    await bench.evaluate(decision, 500, 3, { limits: [first!, { ...second!, sensor: 'sound' }] });
    expect(bench.opened()).toHaveLength(1);
    expect(bench.opened()[0]!.data.reasons.map((reason) => reason.split(' ')[0])).toEqual([
      'sound',
      'vibration',
    ]);
  });
});

describe('a limit beside wear-out is one alert', () => {
  it('if wear-out was open first: it names both and rises, and ends when both are gone', async () => {
    const decision = await bench.started();
    await bench.evaluate(decision, 50, 5);
    await bench.evaluate(decision, 50, 5, beyond(9.5));
    expect(bench.updated()).toMatchObject([{ data: { failureMode: 'wear', severity: 'critical' } }]);
    expect(bench.updated()[0]!.data.reasons).toEqual([
      expect.stringMatching(/^vibration 9.5 mm\/s, above the alarm limit/),
      expect.stringMatching(/^Remaining life 50 cycles/),
    ]);
    await bench.evaluate(decision, 500, 5, beyond(9.5));
    expect(bench.updated().at(-1)!.data).toMatchObject({ failureMode: 'limit', severity: 'critical' });
    expect(bench.resolved()).toEqual([]);
    await bench.evaluate(decision, 500, 5);
    expect([bench.opened().length, bench.resolved().length, ids()]).toEqual([1, 1, 1]);
  });

  it('if the limit was: wear-out joins it, and stays when the limit is met no more', async () => {
    const decision = await bench.started();
    await bench.evaluate(decision, 500, 5, beyond(6.2));
    await bench.evaluate(decision, 50, 5, beyond(6.2));
    expect(bench.updated()).toMatchObject([{ data: { failureMode: 'limit', severity: 'warning' } }]);
    expect(bench.updated()[0]!.data.reasons).toEqual([
      expect.stringMatching(/^vibration 6.2 mm\/s/),
      expect.stringMatching(/^Remaining life 50 cycles/),
      expect.stringMatching(/of this estimate$/),
    ]);
    await bench.evaluate(decision, 50, 5);
    expect(bench.updated().at(-1)!.data).toMatchObject({ failureMode: 'wear' });
    await bench.evaluate(decision, 500, 5);
    expect([bench.opened().length, bench.resolved().length, ids()]).toEqual([1, 1, 1]);
  });
});

describe('a restart', () => {
  it('tells nothing twice, ends nothing by itself, and ends what has ended', async () => {
    const before = await bench.started();
    await bench.evaluate(before, 50, 5, beyond(9.5));
    const count = () => new Set(bench.state.events.map(({ id }) => id)).size;
    const told = count();
    const after = await bench.started();
    await bench.evaluate(after, 50, 5, { ...unknown(), isShort: true });
    await bench.evaluate(after, 50, 5, beyond(9.5));
    expect(count()).toBe(told);
    const last = await bench.started();
    await bench.evaluate(last, 500, 1, unknown());
    await bench.evaluate(last, 500, 4);
    expect([bench.resolved().length, ids()]).toEqual([1, 1]);
  });

  it('with a type that no longer watches for limits ends the alert', async () => {
    const decision = await bench.started();
    await bench.evaluate(decision, 500, 5, beyond(9.5));
    const { machine } = bench.input();
    const type = { ...machine.type, limitAlerts: false };
    await bench.evaluate(decision, 500, 5, { machine: { ...machine, type } });
    expect(bench.resolved()).toMatchObject([
      { data: { reasons: ['Machine type pump no longer watches for limit'] } },
    ]);
  });
});

it('a machine that failed is told no limit until it is replaced', async () => {
  const decision = await bench.started();
  const about = { site: 'lab', machine: 'p1', machineType: 'pump' };
  await bench.evaluate(decision, 500, 5, beyond(9.5));
  await decision.lifecycle({ state: 'failed', about, atMs: bench.clock.nowMs() });
  await decision.stop();
  const restarted = await bench.started();
  await bench.evaluate(restarted, 500, 5, beyond(9.5));
  expect([bench.opened().length, bench.resolved().length]).toEqual([1, 1]);
  await restarted.lifecycle({ state: 'replaced', about, atMs: bench.clock.nowMs() });
  await bench.evaluate(restarted, 500, 3, beyond(9.5));
  expect(bench.opened()).toHaveLength(1);
  await bench.clock.advance(20_000);
  await bench.evaluate(restarted, 500, 1, beyond(9.5));
  expect(bench.opened()).toHaveLength(2);
});

it('a machine that was replaced is told nothing of before, though such readings come after others, and after a restart', async () => {
  let decision = await bench.started();
  const about = { site: 'lab', machine: 'p1', machineType: 'pump' };
  const atMs = bench.clock.nowMs();
  const since = (sinceMs: number) => {
    const limit = { side: 'high', severity: 'critical', at: 7.1, backAt: 6.6, sinceMs } as const;
    return { limits: [{ sensor: 'vibration', value: 9.5, met: limit, mayBe: null }] };
  };
  const old = { sensor: 'vibration', side: 'high', severity: 'critical', at: 7.1, value: 9 } as const;
  await bench.evaluate(decision, 500, 1);
  await bench.clock.advance(20_000);
  const replacedMs = bench.clock.nowMs();
  await decision.lifecycle({ state: 'replaced', about, atMs: replacedMs });
  await bench.evaluate(decision, 500, 1);
  const passed = [{ ...old, sinceMs: atMs + 5_000, untilMs: atMs + 9_000 }];
  await bench.evaluate(decision, 500, 1, { ...since(atMs + 10_000), passed });
  await decision.stop();
  decision = await bench.started();
  await bench.evaluate(decision, 500, 1, since(atMs + 10_000));
  expect(bench.opened()).toEqual([]);
  await bench.evaluate(decision, 500, 1, since(replacedMs + 1));
  expect(bench.opened()).toHaveLength(1);
  await decision.stop();
  decision = await bench.started();
  await bench.evaluate(decision, 500, 1, since(replacedMs + 1));
  await bench.evaluate(decision, 500, 2);
  expect([bench.opened().length, bench.resolved().length]).toEqual([1, 1]);
});

describe('an alert that rules raised', () => {
  it('ends when the machine is healthy, although it then has no remaining life', async () => {
    const decision = await bench.started();
    bench.state.model = 'ignorant';
    await bench.evaluate(decision, 10, 5);
    await bench.evaluate(decision, null, 3);
    expect(bench.resolved()).toEqual([]);
    await bench.evaluate(decision, null, 1);
    expect(bench.resolved()).toMatchObject([
      {
        data: {
          reasons: ['No end of life is in sight: health 1 for 4 estimates in a row', expect.anything()],
        },
      },
    ]);
  });

  it('but not one that the model raised: rules do not see what it sees', async () => {
    const decision = await bench.started();
    await bench.evaluate(decision, 10, 5);
    bench.state.model = 'broken';
    await bench.evaluate(decision, null, 20);
    await bench.evaluate(await bench.started(), null, 20);
    expect(bench.resolved()).toEqual([]);
  });
});
