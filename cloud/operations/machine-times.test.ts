/** Times of a machine by which its state is judged: when it was heard and judged, and since when that has been so. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lifecycleEvent, predictionEvent } from '../../shared/notifiers/prediction.testing.ts';
import type { EvidenceOfGateway, MachineState } from '../ports/machines.ts';
import { journal, TestOperations } from './operations.testing.ts';

let test: TestOperations;
beforeEach(() => {
  test = new TestOperations();
});
afterEach(() => test.remove());

const secondMs = 1_000;
const hourMs = 3_600 * secondMs;
const dayMs = 24 * hourMs;
const evidence: EvidenceOfGateway = {
  confidence: 1,
  limits: 2,
  limitsMet: null,
  policiesMet: null,
  learning: null,
  rowS: 1,
};

let seq = 0;
async function observe(update: Partial<MachineState> = {}, at = seq + 1): Promise<void> {
  seq = Math.max(seq, at);
  const lastSeenMs = test.clock.nowMs();
  const machines = [{ site: 'leeds', machine: 'pump-1', machineType: 'pump', lastSeenMs, ...update }];
  await test.now.watermarks.advance({
    gateway: 'north',
    journal,
    lane: 'readings',
    firstSeq: at,
    lastSeq: at,
    ...(update.health !== undefined && { place: { disk: journal, seq: at } }),
    machines,
  });
}
const estimate = (over: Partial<EvidenceOfGateway> = {}) =>
  observe({
    health: 0.9,
    anomaly: 0,
    remainingLife: null,
    source: 'rules',
    evidence: { ...evidence, ...over },
  });
const now = () => test.now.machines.all()[0]!;

it('the longest gap is forgotten with time, not with readings, and one of its gateway is not learnt', async () => {
  await observe();
  test.clock.advanceNow(10 * hourMs);
  await observe();
  for (let i = 0; i < 500; i++) {
    test.clock.advanceNow(secondMs);
    await observe();
  }
  expect(now().gapMs).toBe(10 * hourMs);
  test.clock.advanceNow(3 * dayMs);
  test.now.gatewayBackMs = () => test.clock.nowMs();
  await observe();
  expect(now().gapMs).toBe(10 * hourMs);
  test.clock.advanceNow(3 * dayMs);
  await observe();
  expect(now().gapMs).toBe(10 * hourMs);
});

it('when it was heard is kept over a restart, also where its own clock is behind, but not by an event about it', async () => {
  const lateBy = (ms: number) => observe({ lastSeenMs: test.clock.nowMs() - ms });
  await lateBy(2 * hourMs);
  test.clock.advanceNow(hourMs);
  await lateBy(2 * hourMs);
  const [heardMs, lastSeenMs] = [test.clock.nowMs(), test.clock.nowMs() - 2 * hourMs];
  test.clock.advanceNow(hourMs);
  const time = new Date(test.clock.nowMs()).toISOString();
  await test.apply([{ ...predictionEvent('opened', 1, { failureMode: 'silent' }), time }]);
  expect(now().lastSeenMs).toBe(lastSeenMs);
  await test.reopen();
  expect(now()).toMatchObject({ heardMs, openAlerts: 1 });
});

it('readings that come late show that it was heard then, and no gap, and its next one that it is heard now', async () => {
  await observe();
  test.clock.advanceNow(2 * hourMs);
  for (const agoMs of [hourMs, 40 * 60_000, 20 * 60_000]) {
    test.clock.advanceNow(secondMs);
    await observe({ lastSeenMs: test.clock.nowMs() - agoMs });
  }
  const heardMs = test.clock.nowMs() - 20 * 60_000;
  expect(now()).toMatchObject({ heardMs, lastSeenMs: heardMs, gapMs: 0 });
  await test.reopen();
  await observe({ lastSeenMs: heardMs - hourMs });
  expect(now()).toMatchObject({ heardMs });
  test.clock.advanceNow(secondMs);
  await observe();
  expect(now()).toMatchObject({ heardMs: test.clock.nowMs(), gapMs: 20 * 60_000 + secondMs });
});

it('since when it is judged as it is, and when its last alert ended, are kept', async () => {
  await estimate();
  const first = test.clock.nowMs();
  test.clock.advanceNow(hourMs);
  await estimate();
  expect(now()).toMatchObject({ judgedMs: test.clock.nowMs(), judgedSinceMs: first });
  test.clock.advanceNow(hourMs);
  await estimate({ limitsMet: 'warning' });
  expect(now().judgedSinceMs).toBe(test.clock.nowMs());
  await test.apply([predictionEvent('opened', 1)]);
  expect(now().calmMs).toBeUndefined();
  test.clock.advanceNow(hourMs);
  await test.apply([predictionEvent('resolved', 2)]);
  await test.reopen();
  expect(now()).toMatchObject({ calmMs: test.clock.nowMs(), openAlerts: 0 });
  test.clock.advanceNow(hourMs);
  test.now.gatewayBackMs = () => test.clock.nowMs();
  await estimate({ limitsMet: 'warning' });
  expect(now().judgedSinceMs).toBe(test.clock.nowMs());
});

it('readings that come and are not judged begin a time in which nothing is known, until an estimate', async () => {
  await estimate();
  test.clock.advanceNow(30 * secondMs);
  await observe();
  expect(now().unjudgedMs).toBeUndefined();
  test.clock.advanceNow(hourMs);
  await observe();
  const unjudgedMs = test.clock.nowMs();
  test.clock.advanceNow(5 * secondMs);
  await observe();
  expect(now().unjudgedMs).toBe(unjudgedMs);
  await estimate();
  expect(now().unjudgedMs).toBeUndefined();
});

it('the order in the journal says which estimate is the newest, and not a clock that was ahead or put back', async () => {
  const said = (health: number, atMs: number, at?: number) =>
    observe({ health, anomaly: 0, remainingLife: null, source: 'rules', evidence, lastSeenMs: atMs }, at);
  const ms = test.clock.nowMs();
  await said(0.2, ms + 280 * secondMs);
  await said(0.9, ms);
  expect(now().health).toBe(0.9);
  // The gateway's own clock is put back by hours.
  await said(0.4, ms - 5 * hourMs);
  expect(now()).toMatchObject({ health: 0.4, estimateMs: ms - 5 * hourMs });
  // Resent readings, as of a gateway that has lost its cursors, are older, whatever their time.
  await said(0.2, ms + 280 * secondMs, seq - 2);
  expect(now().health).toBe(0.4);
});

it('after a replacement too, whose estimate is the first that is not of the machine before', async () => {
  const ms = test.clock.nowMs();
  const said = (health: number, atMs: number, at?: number) =>
    observe({ health, anomaly: 0, remainingLife: null, source: 'rules', evidence, lastSeenMs: atMs }, at);
  await said(0.2, ms + 280 * secondMs);
  test.clock.advanceNow(secondMs);
  const time = new Date(test.clock.nowMs()).toISOString();
  await test.apply([{ ...lifecycleEvent('replaced', 1), time }]);
  expect(now().health).toBeNull();
  // An estimate that was written before it comes later.
  await said(0.3, ms - hourMs);
  expect(now().health).toBeNull();
  await said(0.9, ms + 2 * secondMs);
  expect(now().health).toBe(0.9);
});

it('the newest reading is not one of a clock that was ahead, once it is put back', async () => {
  const ms = test.clock.nowMs();
  const at = async (atMs: number) => {
    test.clock.advanceNow(secondMs);
    await observe({ lastSeenMs: atMs });
    return now().lastSeenMs - ms;
  };
  expect(await at(ms + 280 * secondMs)).toBe(280 * secondMs);
  expect(await at(ms + 2 * secondMs)).toBe(2 * secondMs);
  // A late reading is not the newest.
  expect(await at(ms - 60 * secondMs)).toBe(2 * secondMs);
  // A clock that was put back by hours says so by the pace of its readings.
  for (let i = 0; i < 30; i++) await at(ms - 5 * hourMs + i * secondMs);
  expect(now().lastSeenMs - ms).toBe(-5 * hourMs + 29 * secondMs);
});
