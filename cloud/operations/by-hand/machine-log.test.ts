/** Entries that people write in the maintenance log, and what follows from them. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { MaintainedKind } from '../../../shared/contract/alerts/machine-maintained.ts';
import { predictionEvent } from '../../../shared/notifiers/prediction.testing.ts';
import type { NewEntry } from '../../ports/machine-log/machine-log.ts';
import { logLimits } from '../maintenance/log-table.ts';
import { TestOperations } from '../operations.testing.ts';

let test: TestOperations;
beforeEach(async () => {
  test = new TestOperations();
  await test.apply([predictionEvent('opened', 1)]);
});
afterEach(() => test.remove());

const add = (kind: MaintainedKind, more: Partial<NewEntry> = {}) => {
  const { site, machine, machineType } = test.now.machines.all()[0]!;
  const name = { gateway: 'north', site, machine, machineType };
  const entry = { ...name, kind, atMs: test.clock.nowMs(), by: 'maria', note: 'seal', entryId: `e-${kind}` };
  return test.now.machineLog.add({ ...entry, ...more });
};
const open = () => test.now.alerts.all('open').map(({ alertId }) => alertId);
const latestEvent = () => test.now.events.page({ limit: 1 }).items[0];

it('are kept over a restart, are events, and have their effect once', async () => {
  await add('inspected');
  await add('inspected', { note: 'the same request again' });
  await test.reopen();
  expect([...test.now.machineLog.all()]).toMatchObject([{ kind: 'inspected', by: 'maria', note: 'seal' }]);
  expect(latestEvent()).toMatchObject({
    type: 'io.harbinger.machine.maintained.v1',
    source: '/cloud',
    data: { kind: 'inspected', gateway: 'north', by: 'maria' },
  });
  expect(open()).toEqual(['p-1']);
});

it('of a replacement end what was open of before, here and at its gateway, and forget its estimate', async () => {
  expect(await add('replaced')).toMatchObject({ ended: ['p-1'], said: [] });
  expect(open()).toEqual([]);
  expect(test.now.endings.of('north')).toMatchObject([{ alertId: 'p-1', closed: { by: 'maria' } }]);
  expect(test.now.machines.all()).toMatchObject([
    { condition: 'running', remainingLife: null, openAlerts: 0 },
  ]);
  await test.apply([predictionEvent('opened', 20, { predictionId: 'p-2' })]);
  await add('replaced', { entryId: 'older', atMs: Date.parse('2026-01-01T00:00:00Z') });
  expect(open()).toEqual(['p-2']);
});

it('of a repair say what its warnings were, and leave them open: only the machine shows whether it helped', async () => {
  const outcome = { verdict: 'confirmed', cause: 'worn seal' } as const;
  expect(await add('repaired', { outcome })).toMatchObject({ ended: [], said: ['p-1'] });
  expect(open()).toEqual(['p-1']);
  expect([...test.now.outcomes.all()]).toMatchObject([
    { verdict: 'confirmed', isInferred: false, history: [{ cause: 'worn seal', by: 'maria' }] },
  ]);
});

it('are bounded for each machine, and the oldest go', async () => {
  const firstMs = test.clock.nowMs() - 1_000_000;
  for (let i = 0; i <= logLimits.ofMachineMax; i++)
    await add('note', { entryId: `n-${i}`, atMs: firstMs + i });
  const kept = [...test.now.machineLog.all()];
  expect(kept).toHaveLength(logLimits.ofMachineMax);
  expect(kept.some(({ entryId }) => entryId === 'n-0')).toBe(false);
});

it('follow the machine to another name', async () => {
  await add('inspected');
  const { site, machine } = test.now.machines.all()[0]!;
  const to = { gateway: 'north', site, machine: 'pump-9' };
  await test.now.retirement.rename([[{ gateway: 'north', site, machine }, to]]);
  expect(test.now.machineLog.of(to)).toMatchObject([{ kind: 'inspected', machine: 'pump-9' }]);
});
