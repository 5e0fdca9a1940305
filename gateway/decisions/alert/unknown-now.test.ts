/** The words of open alerts of which nothing is known at the moment. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AlertInput, SensorFault } from '../../ports/decision.ts';
import { alertBench } from './alert-bench.testing.ts';

let bench: Awaited<ReturnType<typeof alertBench>>;
beforeEach(async () => {
  bench = await alertBench();
});
afterEach(() => bench.dispose());

const missing = (sinceMs: number): SensorFault => ({
  ...{ sensor: 'vibration', value: null, isBeyondAlarm: false },
  missing: { sinceMs, others: 3 },
});
const firstNow = () => bench.state.now.at(-1)?.data.reasons[0];

it('a limit whose probe is not sent any more is not met for longer: it is unknown since then', async () => {
  const decision = await bench.started({ nowMsMin: 1 });
  const sinceMs = bench.clock.nowMs();
  const limit = { side: 'high', severity: 'critical', at: 9, backAt: 8.55 } as const;
  const limits = [{ sensor: 'vibration', value: 9.5, met: { ...limit, sinceMs }, mayBe: null }];
  await bench.clock.advance(3_600_000);
  await bench.evaluate(decision, null, 2, { limits });
  const unsentMs = bench.clock.nowMs();
  await bench.clock.advance(5 * 3_600_000);
  await bench.evaluate(decision, null, 2, { limits, faults: [missing(unsentMs)] });
  const said = bench.state.now.map(({ data }) => data.reasons[0]).filter((reason) => /9\.5/.test(reason!));
  expect(said.at(-1)).toMatch(
    /^vibration 9.5 mm\/s, above the alarm limit of 9 mm\/s for 60 min \(since .*\) when it was last sent; unknown since /,
  );
});

it('a limit that was met after its probe was missing is not unknown, while that is not told to be over yet', async () => {
  const decision = await bench.started({ nowMsMin: 1 });
  const missingMs = bench.clock.nowMs();
  await bench.evaluate(decision, null, 3, { faults: [missing(missingMs)] });
  await bench.clock.advance(3_600_000);
  const limit = { side: 'high', severity: 'critical', at: 9, backAt: 8.55 } as const;
  const met = { ...limit, sinceMs: missingMs + 1_800_000 };
  await bench.evaluate(decision, null, 1, {
    limits: [{ sensor: 'vibration', value: 9.5, met, mayBe: null }],
  });
  const said = bench.state.events
    .flatMap(({ data }) => ('reasons' in data ? data.reasons : []))
    .filter((reason) => /9\.5/.test(reason));
  expect(said.at(-1)).toMatch(/above the alarm limit of 9 mm\/s for 30 min \(since [^)]*\)$/);
});

it('a limit whose probe sends no number any more is unknown since then, too', async () => {
  const decision = await bench.started({ nowMsMin: 1 });
  const limit = { side: 'high', severity: 'critical', at: 9, backAt: 8.55 } as const;
  const met = { ...limit, sinceMs: bench.clock.nowMs() };
  const limits = [{ sensor: 'vibration', value: 9.5, met, mayBe: null }];
  await bench.clock.advance(3_600_000);
  await bench.evaluate(decision, null, 2, { limits });
  const faults: SensorFault[] = [{ sensor: 'vibration', value: null, isBeyondAlarm: false }];
  for (let i = 0; i < 4; i++) {
    await bench.clock.advance(3_600_000);
    await bench.evaluate(decision, null, 2, { limits, faults });
  }
  const said = bench.state.now.map(({ data }) => data.reasons[0]).filter((reason) => /9\.5/.test(reason!));
  expect(said.at(-1)).toMatch(/ when it was last sent; unknown since /);
});

it('a sensor that was missing before a restart in a silence is so when data come again, until it is sent', async () => {
  const decision = await bench.started({ nowMsMin: 1 });
  const sinceMs = bench.clock.nowMs();
  await bench.clock.advance(600_000);
  await bench.evaluate(decision, null, 3, { faults: [missing(sinceMs)] });
  const silence = { isSilent: true, isOffline: false, lastHeardMs: bench.clock.nowMs(), allowedMs: 60_000 };
  await bench.clock.advance(600_000);
  const silent = { ...bench.input(), rows: 0, silence } as AlertInput;
  await decision.evaluate([silent]);
  expect(bench.updated().at(-1)!.data.reasons.at(-1)).toMatch(/^No data since /);
  await decision.stop();
  const again = await bench.started({ nowMsMin: 1 });
  await bench.evaluate(again, null, 2, { unsent: ['vibration'] });
  expect(bench.updated().at(-1)!.data.reasons[0]).toMatch(
    /^vibration has not been sent since .*, as far as is known$/,
  );
  await bench.evaluate(again, null, 2, { unsent: ['vibration'] });
  expect(firstNow()).toMatch(/^vibration has not been sent since /);
});
