/** The state of a machine by what its gateway says of it now, although no alert is open. */
import { afterAll, expect, it } from 'vitest';
import { estimateState } from '../../shared/machine-state/estimate-line.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { createMemoryOperations } from './memory-ports.testing.ts';
import { alertOf, machineOf } from './plant-data.testing.ts';
import { get, startApi, stopAll } from './running-api.testing.ts';

afterAll(stopAll);

const nowMs = machineOf().lastSeenMs;
const line = (fields: string) =>
  estimateState(`estimate,gateway=gw-1,machine=pump-1,site=leeds ${fields},type="pump" ${nowMs}000000`)!;

it('names the value that is beyond its limit, and who has closed the alert', async () => {
  const operations = createMemoryOperations();
  const { base } = await startApi({ operations, clock: { ...systemClock, nowMs: () => nowMs } });
  const said = line('health=1,limits=2,limits_met=1,beyond_sensor=3,beyond_value=3.5,beyond_at=2.8');
  const machine = machineOf({ heardMs: nowMs, judgedMs: nowMs, judgedSinceMs: nowMs - 60_000, ...said });
  const reason = async () => (await get(`${base}/api/machines`)).body.machines[0]!.stateReason;
  operations.set({ machines: [machine] });
  expect(await reason()).toBe('A sensor, at 3.5, is beyond its warning limit of 2.8 now; no alert is open');
  const closed = { by: 'maria', reason: 'known', severity: 'warning' as const };
  const resolvedAt = new Date(nowMs - 30_000).toISOString();
  const alerts = [alertOf({ state: 'resolved', resolvedAt, prediction: { closed } })];
  operations.set({ machines: [machine], alerts });
  expect(await reason()).toMatch(/ now; its alert was closed at \S+ \S+ by maria: known$/);
  // A restart begins its judgement anew; values that were back inside begin another episode.
  const again = { ...machine, judgedSinceMs: nowMs - 1_000, unmetMs: nowMs - 90_000 };
  operations.set({ machines: [again], alerts });
  expect(await reason()).toMatch(/closed at \S+ \S+ by maria: known$/);
  operations.set({ machines: [{ ...again, unmetMs: nowMs - 10_000 }], alerts });
  expect(await reason()).toMatch(/no alert is open$/);
});

it('is of one reading: a limit that still waits for its end is not met by a value that is back inside', async () => {
  const operations = createMemoryOperations();
  const { base } = await startApi({ operations, clock: { ...systemClock, nowMs: () => nowMs } });
  const state = async () => {
    const { state: name, stateReason } = (await get(`${base}/api/machines`)).body.machines[0]!;
    return [name, stateReason];
  };
  const heard = { heardMs: nowMs, judgedMs: nowMs - 1_000, calmMs: nowMs, source: 'rules' as const };
  const before = line('health=1,limits=2,limits_met=2,beyond_sensor=3,beyond_value=8,beyond_at=7.1');
  operations.set({ machines: [machineOf({ ...heard, ...before })] });
  expect(await state()).toEqual(['unknown', expect.stringMatching(/^Its alert has ended at /)]);
  const back = line('health=1,limits=2,limits_met=2,limits_now=0');
  operations.set({ machines: [machineOf({ ...heard, ...back })] });
  expect(await state()).toEqual(['ok', 'None of its limits is met']);
  const lower = line(
    'health=1,limits=2,limits_met=2,limits_now=1,beyond_sensor=3,beyond_value=6,beyond_at=4.5',
  );
  operations.set({ machines: [machineOf({ ...heard, ...lower, judgedMs: nowMs })] });
  expect(await state()).toEqual([
    'warning',
    'A sensor, at 6, is beyond its warning limit of 4.5 now; no alert is open',
  ]);
});

it('a machine that has changed is not OK, also where a person has closed its alert', async () => {
  const operations = createMemoryOperations();
  const { base } = await startApi({ operations, clock: { ...systemClock, nowMs: () => nowMs } });
  const said = line('health=1,limits=2,limits_met=0,policies_met=0,behaviour=3,behaviour_s=86400');
  const heard = { heardMs: nowMs, judgedMs: nowMs, judgedSinceMs: nowMs - 60_000, source: 'rules' as const };
  const machine = machineOf({ ...heard, ...said });
  const shown = async () => {
    const { state, stateReason } = (await get(`${base}/api/machines`)).body.machines[0]!;
    return [state, stateReason];
  };
  operations.set({ machines: [machine] });
  expect(await shown()).toEqual([
    'warning',
    expect.stringMatching(/^Since .* in another way than before; no alert is open$/),
  ]);
  const closed = { by: 'maria', reason: 'known', severity: 'warning' as const };
  const alerts = [
    alertOf({
      state: 'resolved',
      resolvedAt: new Date(nowMs - 30_000).toISOString(),
      prediction: { closed },
    }),
  ];
  operations.set({ machines: [machine], alerts });
  expect(await shown()).toEqual(['warning', expect.stringMatching(/closed at .* by maria: known$/)]);
  operations.set({
    machines: [machineOf({ ...heard, ...line('health=1,limits=2,limits_met=0,policies_met=0,behaviour=1') })],
  });
  expect(await shown()).toEqual(['ok', 'None of its limits is met']);
});

it('names who has closed an alert about remaining life, until an estimate has shown that none is reached', async () => {
  const operations = createMemoryOperations();
  const { base } = await startApi({ operations, clock: { ...systemClock, nowMs: () => nowMs } });
  const worn = line(
    'health=0.4,rul_p10=9,rul_p50=18,rul_p90=30,unit="cycles",limits=0,policies_met=1,source="model"',
  );
  const machine = machineOf({ heardMs: nowMs, judgedMs: nowMs, ...worn });
  const closed = { by: 'maria', reason: 'known', severity: 'warning' as const };
  const resolvedAt = new Date(nowMs - 30_000).toISOString();
  const alerts = [alertOf({ state: 'resolved', resolvedAt, prediction: { closed } })];
  const reason = async () => (await get(`${base}/api/machines`)).body.machines[0]!.stateReason;
  operations.set({ machines: [{ ...machine, unmetMs: nowMs }], alerts });
  expect(await reason()).toMatch(
    /^Remaining life of 18 cycles .*; its alert was closed at .* by maria: known$/,
  );
  operations.set({ machines: [{ ...machine, unreachedMs: nowMs - 10_000 }], alerts });
  expect(await reason()).toMatch(/^Remaining life of 18 cycles .*; no alert is open$/);
});

it.each([
  ['', 'vibration 3.5 is beyond its warning limit of 2.8 now'],
  [',beyond_unit_text="mm/s"', 'vibration 3.5 mm/s is beyond its warning limit of 2.8 mm/s now'],
])(
  'names the sensor of an open type, which only its gateway knows, and its unit: %j',
  async (unit, words) => {
    const operations = createMemoryOperations();
    const { base } = await startApi({ operations, clock: { ...systemClock, nowMs: () => nowMs } });
    const beyond = `beyond_sensor=3,beyond_value=3.5,beyond_at=2.8,beyond_sensor_text="vibration"${unit}`;
    const machine = machineOf({ heardMs: nowMs, ...line(`health=1,limits=2,limits_met=1,${beyond}`) });
    operations.set({ machines: [{ ...machine, machineType: 'generic' }] });
    expect((await get(`${base}/api/machines`)).body.machines[0]!.stateReason).toBe(
      `${words}; no alert is open`,
    );
  },
);

it('calls no machine OK that settles after a start, and says until when', async () => {
  const operations = createMemoryOperations();
  const { base } = await startApi({ operations, clock: { ...systemClock, nowMs: () => nowMs } });
  const { settlesToMs } = line('at_rest=0,settles_s=120');
  expect(settlesToMs).toBe(nowMs + 120_000);
  const settles = { heardMs: nowMs, judgedMs: nowMs, settlesToMs: settlesToMs!, settlesSinceMs: nowMs };
  operations.set({ machines: [machineOf(settles)] });
  expect((await get(`${base}/api/machines`)).body.machines[0]).toMatchObject({ state: 'unknown' });
  operations.set({ machines: [machineOf({ ...settles, lastSeenMs: settlesToMs! })] });
  expect((await get(`${base}/api/machines`)).body.machines[0]).toMatchObject({ state: 'ok' });
});
