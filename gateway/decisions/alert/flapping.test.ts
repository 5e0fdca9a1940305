import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { alertBench } from './alert-bench.testing.ts';

let bench: Awaited<ReturnType<typeof alertBench>>;
beforeEach(async () => {
  bench = await alertBench();
});
afterEach(() => bench.dispose());

const met = (value: number) => ({
  limits: [
    {
      sensor: 'vibration',
      value,
      met: { side: 'high', severity: 'warning', at: 4.5, backAt: 4, sinceMs: 0 },
      mayBe: null,
    } as const,
  ],
});
const fault = { faults: [{ sensor: 'vibration', value: -127, isBeyondAlarm: false }] };
const silent = (isSilent: boolean) => ({
  silence: { isSilent, isOffline: false, lastHeardMs: 0, allowedMs: 60_000 },
});
type Bench = typeof bench;
type Decision = Awaited<ReturnType<Bench['started']>>;

/** Causes from every source: how each begins and ends. */
const sources: Record<string, (decision: Decision, isOn: boolean) => Promise<void>> = {
  'an estimate': (decision, isOn) => bench.evaluate(decision, isOn ? 50 : 200, isOn ? 3 : 4),
  'a limit': (decision, isOn) => bench.evaluate(decision, 200, 1, isOn ? met(6) : {}),
  'a faulty probe': (decision, isOn) => bench.evaluate(decision, 200, isOn ? 3 : 10, isOn ? fault : {}),
  silence: (decision, isOn) => bench.evaluate(decision, 200, 1, silent(isOn)),
};

it.each(Object.keys(sources))(
  '%s that comes and goes a hundred times is told twice, and ends',
  async (name) => {
    const turn = sources[name]!;
    const decision = await bench.started();
    for (let i = 0; i < 100; i++) {
      await turn(decision, true);
      await turn(decision, false);
    }
    expect(bench.opened()).toHaveLength(2);
    expect(bench.opened()[1]!.data.reasons.join()).toMatch(/come back once .* ended after 60 min/);
    expect(bench.resolved()).toHaveLength(1);
    await bench.clock.advance(61 * 60_000);
    await turn(decision, false);
    expect(bench.resolved()).toHaveLength(2);
    expect(decision.open()).toEqual([]);
  },
);

it('one value that a probe cannot have shows that its fault, which came and went, is not over', async () => {
  const decision = await bench.started();
  const turn = sources['a faulty probe']!;
  for (const isOn of [true, false, true, false]) await turn(decision, isOn);
  expect([bench.opened().length, bench.resolved().length]).toEqual([2, 1]);
  await bench.clock.advance(50 * 60_000);
  await bench.evaluate(decision, 200, 1, fault);
  await bench.clock.advance(50 * 60_000);
  await turn(decision, false);
  expect(bench.resolved()).toHaveLength(1);
  // It was away for 50 minutes before that.
  for (let i = 0; i < 4; i++) {
    await bench.clock.advance(55 * 60_000);
    await turn(decision, false);
  }
  expect([bench.opened().length, bench.resolved().length]).toEqual([2, 2]);
});

it('what was met and is back between two decisions belongs to the alert that waits for its end', async () => {
  const decision = await bench.started();
  const turn = sources['a limit']!;
  for (const isOn of [true, false, true, false]) await turn(decision, isOn);
  await bench.clock.advance(50 * 60_000);
  const untilMs = bench.clock.nowMs();
  const about = { sensor: 'vibration', side: 'high', severity: 'warning', at: 4.5, value: 6 } as const;
  await bench.evaluate(decision, 200, 1, { passed: [{ ...about, sinceMs: untilMs - 60_000, untilMs }] });
  await bench.clock.advance(50 * 60_000);
  await turn(decision, false);
  expect([bench.opened().length, bench.resolved().length]).toEqual([2, 1]);
  for (let i = 0; i < 4; i++) {
    await bench.clock.advance(55 * 60_000);
    await turn(decision, false);
  }
  expect([bench.opened().length, bench.resolved().length]).toEqual([2, 2]);
});

it('a restart forgets nothing of it', async () => {
  const before = await bench.started();
  const turn = sources['a limit']!;
  for (const isOn of [true, false, true]) await turn(before, isOn);
  await before.stop();
  const after = await bench.started();
  for (const isOn of [true, false, true, false]) await turn(after, isOn);
  expect([bench.opened().length, bench.resolved().length]).toEqual([2, 1]);
  await bench.clock.advance(61 * 60_000);
  await turn(after, false);
  expect(bench.resolved()).toHaveLength(2);
});

/** A cause that has come back once is away for 50 of the 60 minutes that its end takes, and the gateway is started again. */
async function restartedWhileAway(turn: (typeof sources)[string], how: 'stopped' | 'killed' = 'stopped') {
  const before = await bench.started();
  for (const isOn of [true, false, true, false]) await turn(before, isOn);
  await bench.clock.advance(50 * 60_000);
  await turn(before, false);
  if (how === 'stopped') await before.stop();
  return bench.started();
}

it.each(Object.keys(sources))(
  '%s that was away counts as away for as long after a restart, and not if it is there again',
  async (name) => {
    const turn = sources[name]!;
    const after = await restartedWhileAway(turn);
    await bench.clock.advance(5 * 60_000);
    await turn(after, false);
    expect(bench.resolved()).toHaveLength(1);
    await after.stop();
    const last = await bench.started();
    await turn(last, true);
    await bench.clock.advance(50 * 60_000);
    await turn(last, false);
    expect([bench.opened().length, bench.resolved().length]).toEqual([2, 1]);
    await last.stop();
    const end = await bench.started();
    // It was away for 55 minutes before it returned.
    for (let minutes = 0; minutes < 240; minutes += 30) {
      await bench.clock.advance(30 * 60_000);
      await turn(end, false);
    }
    const [, told] = bench.resolved();
    expect(told?.data.reasons.length).toBeGreaterThan(0);
    expect([bench.opened().length, bench.resolved().length, end.open()]).toEqual([2, 2, []]);
  },
);

it.each(
  (['stopped', 'killed'] as const).flatMap((how) => Object.keys(sources).map((name) => [name, how] as const)),
)('%s: a gateway that was %s while a cause is away does not begin that time anew', async (name, how) => {
  const turn = sources[name]!;
  const after = await restartedWhileAway(turn, how);
  await bench.clock.advance(11 * 60_000);
  await turn(after, false);
  expect(bench.resolved()).toHaveLength(2);
});

it('a gateway that is killed knows what has happened up to a second before, though nothing was told', async () => {
  const turn = sources['a limit']!;
  const before = await bench.started();
  for (const isOn of [true, false, true]) await turn(before, isOn);
  // It is away for 50 minutes, which is not told, and back: the gateway is killed then.
  await turn(before, false);
  await bench.clock.advance(50 * 60_000);
  await turn(before, true);
  await bench.clock.advance(1_000);
  await vi.waitFor(() => expect(readFileSync(bench.stateFile, 'utf8')).toContain('"awayMs":3001000'));
  const after = await bench.started();
  await turn(after, false);
  for (let minutes = 0; minutes < 196; minutes += 28) {
    await bench.clock.advance(28 * 60_000);
    await turn(after, false);
  }
  expect(bench.resolved()).toHaveLength(1);
  await bench.clock.advance(10 * 60_000);
  await turn(after, false);
  expect([bench.opened().length, bench.resolved().length]).toEqual([2, 2]);
});

/** The limits of two sensors, of which each is beyond its own or not. */
const both = (vibration: boolean, sound: boolean) => ({
  limits: [...(vibration ? met(6).limits : []), ...(sound ? met(8).limits : [])].map((each, i) =>
    vibration && i === 0 ? each : { ...each, sensor: 'sound' },
  ),
});

it('a sensor that comes and goes neither holds back nor keeps open what another one does', async () => {
  const decision = await bench.started();
  for (let i = 0; i < 20; i++)
    for (const isOn of [true, false]) await bench.evaluate(decision, 200, 1, both(false, isOn));
  const reasons = () => bench.updated().map(({ data }) => data.reasons.join('; '));
  await bench.clock.advance(61_000);
  await bench.evaluate(decision, 200, 1, both(true, false));
  expect(reasons().at(-1)).toMatch(
    /^vibration 6 mm\/s, above .*; sound .* back inside .* come back once before/,
  );
  expect(decision.open()).toMatchObject([{ causes: [{ kind: 'limit' }] }]);
  await bench.evaluate(decision, 200, 1, both(false, false));
  // The vibration has ended, at once; only the sound waits.
  await bench.clock.advance(2 * 3_600_000);
  await bench.evaluate(decision, 200, 1, both(true, false));
  expect(reasons().at(-1)).toMatch(/^vibration 6 mm\/s, above /);
  await bench.clock.advance(61 * 60_000);
  await bench.evaluate(decision, 200, 1, both(true, false));
  await bench.evaluate(decision, 200, 1, both(false, false));
  expect(bench.opened().map(({ data }) => data.contributions?.[0]?.sensor)).toEqual(['sound', 'sound']);
});

it('many readings that are decided about together count for as long as they last', async () => {
  const decision = await bench.started();
  let judgedMs = 0;
  const turn = async (isOn: boolean, minutes: number, judgedMinutes = minutes) => {
    await bench.clock.advance(minutes * 60_000 - 1_000);
    judgedMs += judgedMinutes * 60_000;
    await bench.evaluate(decision, 200, 1, { ...(isOn && met(6)), judgedMs });
  };
  for (const isOn of [true, false, true, false]) await turn(isOn, 1);
  // Nothing was judged in a weekend but an hour of it.
  await turn(false, 2_880, 50);
  expect(bench.resolved()).toHaveLength(1);
  await turn(false, 600);
  expect(bench.resolved()).toHaveLength(2);
});

it('a value far deeper inside its limit than between two swings has recovered, and ends without waiting longer', async () => {
  const decision = await bench.started();
  const away = async (value: number, minutes: number) => {
    for (let minute = 0; minute < minutes; minute++) {
      await bench.clock.advance(59_000);
      await bench.evaluate(decision, 200, 1, { window: Float32Array.from([1, 2, 3, value]) });
    }
  };
  for (let i = 0; i < 5; i++) {
    await bench.evaluate(decision, 200, 1, met(6));
    await away(4, 5);
  }
  await away(3.6, 30);
  expect([bench.opened().length, bench.resolved().length]).toEqual([2, 1]);
  await away(3.4, 14);
  expect(bench.resolved()).toHaveLength(1);
  await away(3.4, 3);
  expect(bench.resolved()).toHaveLength(2);
  // Once it has come back from there, that does not count as a recovery any more.
  await bench.evaluate(decision, 200, 1, met(6));
  await away(3.4, 30);
  expect([bench.opened().length, bench.resolved().length]).toEqual([3, 2]);
});

it('what a person changes is in force at once', async () => {
  const decision = await bench.started();
  const turn = sources['a limit']!;
  for (const isOn of [true, false, true]) await turn(decision, isOn);
  await bench.evaluate(decision, 200, 1, { limitsChanged: { sensors: ['vibration'], by: 'maria' } });
  expect(bench.resolved()).toHaveLength(2);
});

it('can be switched off', async () => {
  const decision = await bench.started({ sampleMs: 0, flapping: { holdMs: 0 } });
  for (let i = 0; i < 5; i++) {
    await sources['a limit']!(decision, true);
    await sources['a limit']!(decision, false);
  }
  expect([bench.opened().length, bench.resolved().length]).toEqual([5, 5]);
});

it('what is unusual ends when a person says that it is normal', async () => {
  const { machine } = bench.input();
  const anomaly = { failureMode: 'odd', on: 'anomaly', openAt: 0.05, resolveAt: 0.01 } as const;
  const alerts = [{ ...anomaly, minConfidence: 0.5, openAfter: 3, resolveAfter: 4 }];
  const odd = { machine: { ...machine, type: { ...machine.type, alerts } } };
  const decision = await bench.started();
  await bench.evaluate(decision, 200, 5, odd);
  expect(bench.opened()).toHaveLength(1);
  await bench.evaluate(decision, 200, 1, {
    ...odd,
    isShort: true,
    relearnt: { by: 'ada', note: 'a new seal' },
  });
  expect(bench.resolved()[0]!.data.reasons.join()).toContain(
    'ada has said that what the machine does now is normal; it is learnt anew: a new seal',
  );
});

it('what ends because a person has changed limits has not come back when something else begins', async () => {
  const decision = await bench.started();
  await bench.evaluate(decision, 200, 1, met(6));
  await bench.evaluate(decision, 200, 1, { limitsChanged: { sensors: ['vibration'], by: 'maria' } });
  expect(bench.resolved()).toHaveLength(1);
  await bench.evaluate(decision, 200, 1, met(6));
  expect(bench.opened()[1]!.data.reasons.join()).not.toMatch(/come back/);
  await bench.evaluate(decision, 200, 1);
  expect(bench.resolved()).toHaveLength(2);
});
