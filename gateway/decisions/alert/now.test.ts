/** The content of open alerts between their changes, of which nobody is told. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { timeText } from '../../../shared/words/times.ts';
import { alertBench } from './alert-bench.testing.ts';

let bench: Awaited<ReturnType<typeof alertBench>>;
beforeEach(async () => {
  bench = await alertBench();
});
afterEach(() => bench.dispose());

const said = () =>
  bench.state.now.map(({ data }) => ({ life: data.remainingLife?.p50 ?? null, first: data.reasons[0] }));

it('each minute the cloud gets an open alert as it is now, and nothing is told of it', async () => {
  const decision = await bench.started();
  await bench.evaluate(decision, 50, 3);
  expect(bench.opened()).toHaveLength(1);
  await bench.evaluate(decision, 49, 59);
  expect(said()).toEqual([]);
  await bench.evaluate(decision, 48, 1);
  await bench.evaluate(decision, 47, 59);
  await bench.evaluate(decision, 46, 1);
  expect(said()).toEqual([
    { life: 48, first: expect.stringMatching(/^Remaining life 48 cycles .*, below the limit of 60$/) },
    { life: 46, first: expect.stringMatching(/^Remaining life 46 cycles /) },
  ]);
  expect([bench.updated(), bench.resolved()]).toEqual([[], []]);
  const [opened] = bench.opened();
  expect(bench.state.now[0]!.data).toMatchObject({
    predictionId: opened!.data.predictionId,
    severity: 'warning',
    since: opened!.data.since,
  });
});

it('says that a life is not back far enough to end the alert, and nothing once it has ended', async () => {
  const decision = await bench.started({ nowMsMin: 1, updateMsMin: 3_600_000 });
  await bench.evaluate(decision, 50, 3);
  await bench.evaluate(decision, 70, 1);
  expect(said().at(-1)!.first).toMatch(/: not yet back at or above 90, where it ends$/);
  await bench.evaluate(decision, 95, 1);
  expect(said().at(-1)!.first).toMatch(/: back at or above 90, and not for long enough yet to end$/);
  await bench.evaluate(decision, 95, 3);
  expect(bench.resolved()).toHaveLength(1);
  const { length } = said();
  await bench.evaluate(decision, 95, 5);
  expect(said()).toHaveLength(length);
});

it('says what a limit is now, with its value and since when', async () => {
  const decision = await bench.started({ nowMsMin: 1 });
  const sinceMs = bench.clock.nowMs() - 60_000;
  const limit = { side: 'high', severity: 'warning', at: 4.5, backAt: 4.4 } as const;
  const beyond = (value: number) => ({
    limits: [{ sensor: 'vibration', value, met: { ...limit, sinceMs }, mayBe: limit }],
  });
  await bench.evaluate(decision, 500, 1, beyond(5));
  await bench.evaluate(decision, 500, 1, beyond(5.7));
  const [now] = bench.state.now;
  expect(now!.data.reasons[0]).toMatch(
    /^vibration 5\.7 mm\/s, above the warning limit of 4\.5 mm\/s for 62 s /,
  );
  expect(now!.data.contributions).toEqual([{ sensor: 'vibration', value: 5.7, share: 1 }]);
  expect(Date.parse(now!.data.since!)).toBe(sinceMs);
});

it('says since when a limit is met, though readings that show that came after it was told', async () => {
  const decision = await bench.started({ nowMsMin: 1 });
  const sinceMs = bench.clock.nowMs() - 20_000;
  const limit = { side: 'high', severity: 'warning', at: 4.5, backAt: 4.4 } as const;
  const beyond = (fromMs: number) => ({
    limits: [{ sensor: 'vibration', value: 5, met: { ...limit, sinceMs: fromMs }, mayBe: null }],
  });
  await bench.evaluate(decision, 500, 1, beyond(sinceMs));
  await bench.evaluate(decision, 500, 1, beyond(sinceMs - 300_000));
  await bench.evaluate(decision, 500, 1, beyond(sinceMs));
  await bench.evaluate(decision, 500, 1);
  const begins = [...bench.opened(), ...bench.state.now, ...bench.resolved()].map(({ data }) =>
    Date.parse(data.since!),
  );
  expect(begins).toEqual([sinceMs, sinceMs - 300_000, sinceMs - 300_000, sinceMs - 300_000]);
  expect(bench.updated()).toEqual([]);
});

it('an update that differs only in numbers says that it tells nothing new', async () => {
  const decision = await bench.started({ updateMsMin: 0 });
  await bench.evaluate(decision, 55, 3);
  await bench.evaluate(decision, 35, 1);
  await bench.evaluate(decision, 19, 3);
  bench.state.model = 'ignorant';
  await bench.evaluate(decision, null, 3);
  const news = bench.updated().map(({ data }) => [data.severity, data.remainingLife?.p50, data.isNews]);
  expect(news).toEqual([
    ['warning', 35, false],
    ['warning', 19, false],
    ['critical', 19, undefined],
    ['critical', undefined, undefined],
  ]);
});

it('a remaining life that comes and goes is told once as unknown', async () => {
  const decision = await bench.started({ updateMsMin: 0 });
  await bench.evaluate(decision, 50, 3);
  for (let i = 0; i < 5; i++) {
    bench.state.model = 'ignorant';
    await bench.evaluate(decision, null, 5);
    bench.state.model = 'sound';
    await bench.evaluate(decision, 50, 5);
  }
  const news = bench.updated().filter(({ data }) => data.isNews !== false);
  expect(news.map(({ data }) => data.remainingLife)).toEqual([null]);
});

it('an alert of which one cause is over says which, and does not name it as one that holds', async () => {
  const decision = await bench.started({ nowMsMin: 1 });
  const limit = { side: 'high', severity: 'warning', at: 4.5, backAt: 4.4 } as const;
  const met = { ...limit, sinceMs: bench.clock.nowMs() };
  const beyond = { limits: [{ sensor: 'vibration', value: 5, met, mayBe: limit }] };
  await bench.evaluate(decision, 50, 5, beyond);
  expect(bench.opened()).toHaveLength(1);
  expect(bench.opened()[0]!.data).toMatchObject({ failureMode: 'limit', kind: 'limit' });
  await bench.evaluate(decision, 50, 1, {
    limits: [{ sensor: 'vibration', value: 1, met: null, mayBe: null }],
  });
  const { data } = bench.updated().at(-1)!;
  expect(data).toMatchObject({ failureMode: 'wear', kind: 'remaining-life' });
  expect(data.isNews).toBeUndefined();
  expect(data.reasons[0]).toMatch(/^Remaining life 50 cycles .*, below the limit of 60$/);
  expect(data.reasons.filter((reason) => reason.includes('4.05 mm/s'))).toEqual([
    expect.stringMatching(/^Over: vibration .*at or below 4\.05 mm\/s/),
  ]);
  await bench.evaluate(decision, 50, 1);
  const now = bench.state.now.at(-1)!.data;
  expect(now.reasons.join('; ')).not.toMatch(/Over|at or below 4\.05|limit of 4\.5/);
});

it('an estimate by readings that came late says since when it has been so, and that it is told late', async () => {
  const decision = await bench.started();
  const lateMs = 2 * 3_600_000;
  const late = () => ({ timeMs: bench.clock.nowMs() - lateMs });
  for (const life of [500, 50, 49, 48]) {
    bench.state.life = life;
    await bench.clock.advance(60_000);
    await decision.evaluate([{ ...bench.input(), ...late() }]);
  }
  const [opened] = bench.opened();
  expect(Date.parse(opened!.time)).toBe(late().timeMs);
  expect(Date.parse(opened!.data.since!)).toBe(late().timeMs - 120_000);
  expect(opened!.data.reasons[0]).toMatch(/^Remaining life 48 cycles /);
  expect(opened!.data.reasons[1]).toMatch(
    /^It is told late: the newest reading is from .*, and came 2 h 0 min after/,
  );
});

it('no more is sent of all machines together than is set, and nothing if that is set', async () => {
  const decision = await bench.started({ nowMsMin: 1, nowPerMinuteMax: 2 });
  await bench.evaluate(decision, 50, 3);
  await bench.evaluate(decision, 50, 10);
  expect(said()).toHaveLength(2);
  await bench.dispose();
  bench = await alertBench();
  const none = await bench.started({ nowMsMin: 0 });
  await bench.evaluate(none, 50, 10);
  expect(said()).toEqual([]);
});

it('of a cause that is over, and may come back, says since when it is over and when it counts as ended', async () => {
  const decision = await bench.started({ nowMsMin: 1 });
  const limit = { side: 'high', severity: 'warning', at: 4.5, backAt: 4.4 } as const;
  const beyond = (value: number) => ({
    limits: [{ sensor: 'vibration', value, met: { ...limit, sinceMs: 0 }, mayBe: limit }],
  });
  for (const on of [true, false, true, false, false])
    await bench.evaluate(decision, 500, 1, on ? beyond(6) : {});
  expect([bench.opened().length, bench.resolved().length]).toEqual([2, 1]);
  expect(said().at(-1)!.first).toMatch(
    /^vibration, back inside the warning limit of 4.5 mm\/s since .*; as it has come back once before, it counts as ended at .* if it stays away$/,
  );
  // Out again, and not for long enough yet to count as its return.
  const about = { ...limit, sinceMs: bench.clock.nowMs() };
  await bench.evaluate(decision, 500, 1, {
    limits: [{ sensor: 'vibration', value: 5.051, met: null, mayBe: null, about }],
  });
  expect(said().at(-1)!.first).toMatch(
    /^vibration 5.051 mm\/s, above the warning limit of 4.5 mm\/s again, after it was back inside the warning limit of 4.5 mm\/s since [\d:]+ \S+$/,
  );
  await bench.evaluate(decision, 500, 1, beyond(6));
  expect(said().at(-1)!.first).toMatch(/^vibration 6.*, above the warning limit of 4.5/);
});

it('of a value that is back, says since when, and for how long it was not: also once its end waits', async () => {
  const decision = await bench.started({ nowMsMin: 1 });
  const limit = { side: 'high', severity: 'warning', at: 4.5, backAt: 4.4 } as const;
  const startMs = bench.clock.nowMs();
  const met = (value: number, backMs?: number) => ({
    limits: [
      {
        ...{ sensor: 'vibration', value, mayBe: null },
        met: { ...limit, sinceMs: startMs, ...(backMs !== undefined && { backMs }) },
      },
    ],
  });
  const backMs = startMs + 120_000;
  const at = timeText(backMs, startMs);
  const from = timeText(startMs, startMs);
  const turn = async () => {
    await bench.evaluate(decision, 500, 1, met(6));
    await bench.clock.advance(backMs - bench.clock.nowMs() + 30_000);
    await bench.evaluate(decision, 500, 2, met(2.01, backMs));
  };
  await turn();
  expect(said().at(-1)!.first).toBe(
    `vibration 2.01 mm/s, back inside the warning limit of 4.5 mm/s since ${at}, and not for long enough yet to end; it was met for 2 min (since ${from})`,
  );
  await bench.evaluate(decision, 500, 1, met(4.45));
  expect(said().at(-1)!.first).toBe(
    `vibration 4.45 mm/s, not yet back from the warning limit of 4.5 mm/s, met since ${from}`,
  );
  await bench.evaluate(decision, 500, 1, met(2.01, backMs));
  await bench.evaluate(decision, 500, 1);
  expect(bench.resolved().at(-1)!.data.reasons).toEqual([
    `vibration is at or below 4.05 mm/s for 60 s (since ${at})`,
  ]);
  await bench.evaluate(decision, 500, 1, met(6));
  await bench.evaluate(decision, 500, 1, met(2.01, backMs));
  await bench.evaluate(decision, 500, 2);
  expect(said().at(-1)!.first).toContain(`back inside the warning limit of 4.5 mm/s since ${at}; as it has`);
});
