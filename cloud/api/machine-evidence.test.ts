import { afterAll, expect, it } from 'vitest';
import { systemClock } from '../../shared/runtime/clock.ts';
import { createMemoryOperations } from './memory-ports.testing.ts';
import { alertOf, machineOf } from './plant-data.testing.ts';
import { get, startApi, stopAll } from './running-api.testing.ts';

afterAll(stopAll);

it('calls no machine OK whose gateway is lost, or that has not been judged since it is back', async () => {
  const nowMs = machineOf().lastSeenMs;
  const operations = createMemoryOperations();
  const judgedSinceMs = nowMs - 60_000;
  operations.set({ machines: [machineOf({ heardMs: nowMs, judgedMs: nowMs, judgedSinceMs })] });
  const contact = {
    gateway: 'gw-1',
    isConnected: true,
    heardMs: nowMs,
    state: 'heard' as const,
    silentSinceMs: null,
    idleSinceMs: null,
  };
  const times = { lostSinceMs: null as number | null, backSinceMs: null as number | null };
  const contacts = { of: () => ({ ...contact, ...times }), all: () => [] };
  const { base } = await startApi({ operations, contacts, clock: { ...systemClock, nowMs: () => nowMs } });
  const machine = async () => (await get(`${base}/api/machines`)).body.machines[0];
  expect(await machine()).toMatchObject({ state: 'ok', since: judgedSinceMs });
  times.lostSinceMs = nowMs - 1;
  expect(await machine()).toMatchObject({ state: 'silent', since: nowMs - 1 });
  Object.assign(times, { lostSinceMs: null, backSinceMs: nowMs + 1 });
  expect(await machine()).toMatchObject({ state: 'unknown', since: nowMs + 1 });
  expect(Object.keys((await machine())!)).not.toContain('judgedMs');
});

it('calls no machine OK that has started and is not judged yet', async () => {
  const nowMs = machineOf().lastSeenMs;
  const operations = createMemoryOperations();
  const before = {
    estimateMs: nowMs - 3_600_000,
    judgedMs: nowMs - 3_600_000,
    unjudgedMs: nowMs - 3_500_000,
  };
  operations.set({ machines: [machineOf({ heardMs: nowMs, ...before })] });
  const { base } = await startApi({ operations, clock: { ...systemClock, nowMs: () => nowMs } });
  const machine = (await get(`${base}/api/machines`)).body.machines[0]!;
  expect(machine).toMatchObject({ state: 'unknown', since: before.unjudgedMs });
  expect(Object.keys(machine)).not.toContain('unjudgedMs');
});

it('takes a machine for silent by its alert, and not while it is heard again and the alert waits for its end', async () => {
  const nowMs = machineOf().lastSeenMs;
  const operations = createMemoryOperations();
  const limit = alertOf({ alertId: 'b', prediction: { failureMode: 'limit', severity: 'critical' } });
  const { base } = await startApi({ operations, clock: { ...systemClock, nowMs: () => nowMs } });
  const machine = async (heardSince?: string, more = [limit]) => {
    const silent = alertOf({
      alertId: 'a',
      prediction: { failureMode: 'silent', severity: 'warning', ...(heardSince && { heardSince }) },
    });
    operations.set({ machines: [machineOf({ heardMs: nowMs, judgedMs: nowMs })], alerts: [silent, ...more] });
    return (await get(`${base}/api/machines`)).body.machines[0]!;
  };
  const heard = new Date(nowMs).toISOString();
  expect(await machine(undefined, [])).toMatchObject({ state: 'silent' });
  expect(await machine(heard, [])).toMatchObject({ state: 'ok', urgency: 'ok', reason: null, unknown: null });
  expect((await machine()).stateReason).toContain('Whether this still holds is not known');
  expect(await machine(heard)).toMatchObject({ state: 'critical', unknown: null });
  expect((await machine(heard)).stateReason).not.toContain('not known');
});

it('calls no machine OK that has not been heard for hours because its nights are long, and stopped at its usual hours', async () => {
  const atMs = machineOf().lastSeenMs;
  let nowMs = atMs;
  const operations = createMemoryOperations();
  const { base } = await startApi({ operations, clock: { ...systemClock, nowMs: () => nowMs } });
  const nightMs = 8 * 3_600_000;
  const evidence = {
    ...{ confidence: 1, limits: 0, limitsMet: null, policiesMet: null, learning: null },
    rowS: 60,
  };
  const after = async (hours: number, more: { unheardS?: number } = {}) => {
    nowMs = atMs + hours * 3_600_000;
    const known = { heardMs: atMs, judgedMs: atMs, gapMs: nightMs, gapAtMs: atMs, evidence };
    operations.set({ machines: [machineOf({ ...known, evidence: { ...evidence, ...more } })] });
    return (await get(`${base}/api/machines`)).body.machines[0]!;
  };
  expect(await after(0.1)).toMatchObject({ state: 'ok' });
  expect(await after(2)).toMatchObject({ state: 'silent' });
  const atNight = await after(2, { unheardS: 10 * 3_600 });
  expect(atNight).toMatchObject({ state: 'stopped', unknown: { sinceMs: atMs } });
  expect(atNight.stateReason).toContain('usually not heard at this time of the week, and expected again by');
  expect(await after(11, { unheardS: 10 * 3_600 })).toMatchObject({ state: 'silent' });
});
