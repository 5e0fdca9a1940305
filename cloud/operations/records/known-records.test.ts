/** Records of a gateway at its start: what it does not know ends here, what it has and was over here is owed to it. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newEvent, recordBegun, recordKnown } from '../../../shared/contract/envelope.ts';
import type { HarbingerEvent } from '../../../shared/contract/events.ts';
import { conditionEvent } from '../../../shared/notifiers/condition.testing.ts';
import { predictionEvent } from '../../../shared/notifiers/prediction.testing.ts';
import { TestOperations } from '../operations.testing.ts';

let test: TestOperations;
beforeEach(() => {
  test = new TestOperations();
});
afterEach(() => test.remove());

const known = (record: Parameters<typeof recordKnown>[1], names: string[]) =>
  recordKnown('north', record, names, test.clock.nowMs());
const open = () => test.now.alerts.all('open').map(({ alertId }) => alertId);
const owed = () => test.now.endings.of('north');

it('more alerts than one event can name are named in parts, each of which ends only what is in its range', async () => {
  const id = (i: number) => `p-${String(i).padStart(4, '0')}`;
  const names = Array.from({ length: 2_400 }, (_, i) => id(i));
  const parts = known('predictions', [...names].reverse());
  expect(parts.map(({ type }) => type)).toEqual(Array(3).fill('io.harbinger.record.part.v1'));
  const opened = [...[7, 999, 1_000, 2_399].map(id), 'a', 'p-0500x', 'p-1000x', 'z'];
  await test.apply(opened.map((predictionId, i) => predictionEvent('opened', i, { predictionId })));
  await test.apply([parts[1]!]);
  expect(open().sort()).toEqual(['a', 'p-0007', 'p-0500x', 'p-0999', 'p-1000', 'p-2399', 'z']);
  await test.apply([parts[0]!, parts[2]!, ...parts]);
  expect(open().sort()).toEqual(['p-0007', 'p-0999', 'p-1000', 'p-2399']);
  expect(known('predictions', names.slice(0, 1_000)).map(({ type }) => type)).toEqual([
    'io.harbinger.record.known.v1',
  ]);
  const tooMany = Array.from({ length: 200_001 }, (_, i) => String(i));
  expect(known('predictions', tooMany)).toEqual([]);
});

it('an alert that is over here and open in an older state is owed to its gateway, which ends it', async () => {
  await test.apply([predictionEvent('opened', 1), predictionEvent('resolved', 2)]);
  await test.apply([predictionEvent('opened', 3, { predictionId: 'p-2' })]);
  await test.now.closing.close('p-2', { reason: 'greased', by: 'maria' });
  await test.apply([predictionEvent('resolved', 4, { predictionId: 'p-2', outcome: 'closed' })]);
  await test.apply([conditionEvent('opened', 1), conditionEvent('resolved', 2)]);
  expect(owed()).toEqual([]);
  const heard: string[] = [];
  test.now.endings.onOwed((gateway) => heard.push(gateway));
  await test.apply([...known('predictions', ['p-1', 'p-2', 'unknown']), ...known('conditions', ['c-1'])]);
  expect(owed()).toMatchObject([
    { alertId: 'p-1' },
    { alertId: 'p-2', closed: { by: 'maria', reason: 'greased' } },
    { alertId: 'c-1' },
  ]);
  expect([owed()[0]!.closed, heard]).toEqual([undefined, ['north']]);
  // Its end has the same id as that of before.
  await test.apply([predictionEvent('resolved', 2), conditionEvent('resolved', 2)]);
  expect(owed().map(({ alertId }) => alertId)).toEqual(['p-2']);
  test.clock.advanceNow(1_000);
  await test.apply(known('predictions', []));
  expect(owed()).toEqual([]);
});

it('what a second gateway of the same name does not know is owed to the first, until one of them starts again', async () => {
  await test.apply([predictionEvent('opened', 1), conditionEvent('opened', 1)]);
  const heard: string[] = [];
  test.now.endings.onOwed((gateway) => heard.push(gateway));
  await test.apply([recordBegun('north', 'predictions', test.clock.nowMs()), ...known('conditions', [])]);
  expect([open(), heard]).toEqual([[], ['north']]);
  expect(owed()).toMatchObject([{ alertId: 'p-1' }, { alertId: 'c-1' }]);
  // The first ends it and judges anew; the other knows of none, and says nothing.
  await test.apply([predictionEvent('resolved', 2)]);
  expect(owed()).toMatchObject([{ alertId: 'c-1' }]);
  test.clock.advanceNow(1_000);
  await test.apply(known('conditions', []));
  expect(owed()).toEqual([]);
});

it('what a second gateway does not know is not over while the first is connected, which may still judge it', async () => {
  await test.apply([predictionEvent('opened', 1), conditionEvent('opened', 1)]);
  test.now.hasTwin = () => true;
  await test.apply([recordBegun('north', 'predictions', test.clock.nowMs()), ...known('conditions', [])]);
  expect([open().length, owed()]).toEqual([2, []]);
  // The one that is left is asked, and says what it has open.
  test.now.hasTwin = () => false;
  test.clock.advanceNow(1_000);
  await test.apply(known('predictions', ['p-1']));
  await test.apply(known('conditions', []));
  expect(open().length).toBe(1);
});

const atMs = (minutes: number) => test.clock.nowMs() + minutes * 60_000;

function limitsOf(machine: string, warn: number, minutes: number, isRetold = false): HarbingerEvent {
  const about = { gateway: 'north', id: `l/${machine}/${minutes}`, timeMs: atMs(minutes) };
  const data = { site: 'hall', machine, by: 'maria', limits: { force: { warn } } };
  return newEvent('io.harbinger.machine.limits.v1', about, { ...data, ...(isRetold && { isRetold }) });
}

it('limits and maintenance are those that the gateway has, also where it was put back to older ones', async () => {
  const warnOf = (machine: string) =>
    test.now.machineLimits.of({ gateway: 'north', site: 'hall', machine }).get('force')?.warn;
  await test.apply([limitsOf('a', 5, 1), limitsOf('b', 6, 2), limitsOf('a', 7, 3)]);
  const [windowOf, other] = ['w-1', 'w-2'].map(
    (windowId) =>
      (state: 'set' | 'ended', minutes: number, isRetold = false): HarbingerEvent =>
        newEvent(
          'io.harbinger.machine.maintenance.v1',
          { gateway: 'north', id: `m/${windowId}/${minutes}`, timeMs: atMs(minutes) },
          {
            ...{ windowId, state, site: 'hall', machine: 'a', by: 'maria' },
            from: new Date(atMs(-10)).toISOString(),
            to: new Date(atMs(state === 'set' ? 60 : -1)).toISOString(),
            ...(isRetold && { isRetold }),
          },
        ),
  );
  await test.apply([windowOf!('set', 1), windowOf!('ended', 2), other!('set', 3)]);
  expect([warnOf('a'), warnOf('b'), test.now.maintenance.list().map(({ windowId }) => windowId)]).toEqual([
    ...[7, 6],
    ['w-2'],
  ]);
  const { total } = { total: test.now.events.page({ limit: 100 }).items.length };
  // The older copy: one machine with its first limits, and the first window.
  const start = [
    ...known('limits', ['hall/a']),
    limitsOf('a', 5, 9, true),
    ...known('maintenance', ['w-1']),
    windowOf!('set', 9, true),
  ];
  await test.apply([...start, ...start]);
  expect([warnOf('a'), warnOf('b'), test.now.maintenance.list().map(({ windowId }) => windowId)]).toEqual([
    ...[5, undefined],
    ['w-1'],
  ]);
  // No person has changed anything: the history has only the names.
  expect(test.now.events.page({ limit: 100 }).items.length - total).toBe(2);
});
