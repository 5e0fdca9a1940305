import { afterEach, beforeEach, expect, it } from 'vitest';
import { alertSaid } from '../../../shared/contract/alert-content.ts';
import { conditionEvent } from '../../../shared/notifiers/condition.testing.ts';
import { predictionEvent } from '../../../shared/notifiers/prediction.testing.ts';
import type { MachineName } from '../../ports/retired/retired.ts';
import { TestOperations } from '../operations.testing.ts';

let operations: TestOperations;
beforeEach(() => {
  operations = new TestOperations();
});
afterEach(() => operations.remove());

const pump: MachineName = { gateway: 'north', site: 'plant', machine: 'pump-1' };
const moved: MachineName = { gateway: 'north', site: 'plant', machine: 'pump-9' };

const heard = (name: MachineName, lastSeenMs?: number) => operations.heard(name, lastSeenMs);

function prediction(kind: 'opened' | 'updated' | 'resolved', name = pump, atMs = operations.clock.nowMs()) {
  const { site, machine, gateway } = name;
  const event = predictionEvent(kind, 0, { predictionId: 'p-1', site, machine });
  const id = `${kind}-${atMs}`;
  return { ...event, id, source: `/gateways/${gateway}`, subject: `${site}/${machine}`, time: isoOf(atMs) };
}

const isoOf = (ms: number) => new Date(ms).toISOString();
const listed = () => operations.now.machines.all().map(({ machine }) => machine);
const openAlerts = () => operations.now.alerts.all('open').map((alert) => alertSaid(alert).machine?.machine);

it('a retired machine leaves the list, its alerts end and are told, and an older reading does not bring it back', async () => {
  await operations.apply([prediction('opened')]);
  await heard(pump);
  const beforeMs = operations.clock.nowMs();
  await operations.clock.advance(1_000);
  expect(await operations.now.retirement.retire([pump])).toEqual({ machines: 1, alerts: 1 });
  expect(listed()).toEqual([]);
  expect(operations.now.alerts.all()).toMatchObject([{ state: 'resolved' }]);
  const told = [...Array(4)].map(() => operations.now.notifications.next('mail', Infinity));
  expect(told.some(({ due }) => due !== null)).toBe(true);

  await heard(pump, beforeMs);
  await operations.apply([prediction('updated', pump, beforeMs + 1)]);
  expect(listed()).toEqual([]);
  expect(openAlerts()).toEqual([]);
  await operations.reopen();
  await heard(pump, beforeMs);
  expect(listed()).toEqual([]);
  expect(operations.now.retired.all()).toMatchObject([{ why: 'retired', state: { machine: 'pump-1' } }]);
  // A request that is repeated changes nothing.
  expect(await operations.now.retirement.retire([pump])).toEqual({ machines: 0, alerts: 0 });
});

it.each(['retired', 'renamed'] as const)(
  'what a gateway that is %s has said of itself ends, told once, and nothing of other gateways does',
  async (why) => {
    const { retirement } = operations.now;
    const other = conditionEvent('opened', 0, { about: { kind: 'gateway', name: 'south' } });
    await operations.apply([conditionEvent('opened', 0), prediction('opened')]);
    await operations.now.events.apply('south', [other]);
    await heard(pump);
    await operations.clock.advance(1_000);
    const renamed = { ...pump, gateway: 'north-2' };
    const outcome = await (why === 'retired'
      ? retirement.retire([pump], 'north')
      : retirement.rename([[pump, renamed]], 'north'));
    expect(outcome).toMatchObject({ machines: 1, alerts: 2 });
    const conditions = () => operations.now.alerts.all().filter((alert) => 'condition' in alert);
    expect(conditions()).toMatchObject([
      { gateway: 'north', state: 'resolved', condition: { reasons: [`The gateway was ${why}.`] } },
      { gateway: 'south', state: 'open' },
    ]);
    const waiting = operations.now.notifications.waiting();
    await retirement.retire([], 'north');
    expect(operations.now.notifications.waiting()).toEqual(waiting);
    // One that goes on under its name nevertheless, and says more of it, is heard.
    await operations.clock.advance(1_000);
    const time = isoOf(operations.clock.nowMs());
    await operations.apply([{ ...conditionEvent('updated', 1, { severity: 'critical' }), time }]);
    expect(conditions()[0]).toMatchObject({ state: 'open', condition: { severity: 'critical' } });
  },
);

it('one that is heard again is listed again and says so; an alert that has not ended opens again', async () => {
  await operations.apply([prediction('opened')]);
  await operations.now.retirement.retire([pump]);
  await operations.clock.advance(60_000);
  await heard(pump);
  expect(operations.now.machines.all()).toMatchObject([
    { machine: 'pump-1', returnedMs: operations.clock.nowMs(), openAlerts: 0 },
  ]);
  expect(operations.now.retired.all()).toEqual([]);
  expect(operations.logged.map(({ text }) => text)).toContainEqual(
    expect.stringContaining('heard again, and is listed again'),
  );
  await operations.apply([prediction('updated')]);
  expect(openAlerts()).toEqual(['pump-1']);
  await operations.apply([prediction('resolved')]);
  expect(openAlerts()).toEqual([]);
});

it('a renamed machine is found under its new name, with its open alerts, and comes back as a machine of its own', async () => {
  await operations.apply([prediction('opened')]);
  await heard(pump);
  await operations.clock.advance(1_000);
  expect(await operations.now.retirement.rename([[pump, moved]])).toMatchObject({ machines: 1, alerts: 1 });
  expect(operations.now.machines.all()).toMatchObject([{ machine: 'pump-9', openAlerts: 1 }]);
  const renamedMs = operations.clock.nowMs();
  const former = [{ ...pump, machineType: 'pump', untilMs: renamedMs }];
  expect(operations.now.retired.formerNames(moved)).toEqual(former);
  await operations.clock.advance(1_000);
  await heard(pump);
  expect(listed().sort()).toEqual(['pump-1', 'pump-9']);
  expect(operations.now.retired.formerNames(moved)).toEqual(former);
  await operations.apply([prediction('resolved')]);
  expect(openAlerts()).toEqual([]);
});

it('names are followed over several renames', async () => {
  const last = { ...moved, machine: 'pump-10' };
  await heard(pump);
  await operations.now.retirement.rename([[pump, moved]]);
  await operations.now.retirement.rename([[moved, last]]);
  const names = operations.now.retired.formerNames(last).map(({ machine }) => machine);
  expect(names.sort()).toEqual(['pump-1', 'pump-9']);
  await expect(operations.now.retirement.rename([[last, last]])).rejects.toThrow(/it has that name/);
});

it('a rename that was a mistake is undone by renaming back, also after it was heard and over several names', async () => {
  const last = { ...moved, machine: 'pump-10' };
  await operations.apply([prediction('opened')]);
  await heard(pump);
  const { retirement } = operations.now;
  await retirement.rename([[pump, moved]]);
  await operations.clock.advance(1_000);
  await heard(moved);
  expect(await retirement.rename([[moved, pump]])).toMatchObject({ machines: 1, alerts: 1 });
  await operations.reopen();
  expect(listed()).toEqual(['pump-1']);
  expect(openAlerts()).toEqual(['pump-1']);
  expect(operations.now.retired.formerNames(pump).map(({ machine }) => machine)).toEqual(['pump-9']);
  expect(operations.now.retired.formerNames(moved)).toEqual([]);

  await operations.now.retirement.rename([[pump, last]]);
  await operations.now.retirement.rename([[last, moved]]);
  expect(listed()).toEqual(['pump-9']);
  const names = operations.now.retired.formerNames(moved).map(({ machine }) => machine);
  expect(names.sort()).toEqual(['pump-1', 'pump-10']);
  expect(operations.now.retired.formerNames(last).map(({ machine }) => machine)).toEqual(['pump-1']);
});

it('a new machine of a former name is retired, renamed and erased without the history of the one that was renamed', async () => {
  const { retirement, retired } = operations.now;
  await operations.apply([prediction('opened')]);
  await operations.apply([prediction('resolved')]);
  await heard(pump);
  await operations.clock.advance(1_000);
  await retirement.rename([[pump, moved]]);
  const renamedMs = operations.clock.nowMs();
  const former = [{ ...pump, machineType: 'pump', untilMs: renamedMs }];
  await operations.clock.advance(1_000);
  await heard(pump);
  await operations.apply([prediction('opened')]);
  await retirement.retire([pump]);
  expect(retired.formerNames(moved)).toEqual(former);
  expect(retired.ownSinceMs(pump)).toBe(renamedMs);
  expect(await retirement.erase([{ ...pump, afterMs: renamedMs }])).toBe(1);
  const { items } = operations.now.events.page({ limit: 10, subject: 'plant/pump-1' });
  expect(items).toHaveLength(2);
  await operations.clock.advance(1_000);
  await heard(pump);
  await operations.reopen();
  expect(operations.now.retired.formerNames(moved)).toEqual(former);

  const other = { ...moved, machine: 'pump-11' };
  await operations.clock.advance(1_000);
  await operations.now.retirement.rename([[pump, other]]);
  expect(operations.now.retired.formerNames(moved)).toEqual(former);
  expect(operations.now.retired.formerNames(other)).toEqual([
    { ...former[0], afterMs: renamedMs, untilMs: operations.clock.nowMs() },
  ]);
  // Undoing the second rename leaves the first as it is.
  await operations.now.retirement.rename([[other, pump]]);
  expect(operations.now.retired.formerNames(moved)).toEqual(former);
  expect(operations.now.retired.ownSinceMs(pump)).toBe(renamedMs);
  const names = (name: MachineName) => operations.now.retired.formerNames(name).map(({ machine }) => machine);
  expect(names(pump)).toEqual(['pump-11']);
});

it('what was renamed into a name belongs to the machine that had the name then', async () => {
  const oldest = { ...pump, machine: 'pump-0' };
  const names = (name: MachineName) => operations.now.retired.formerNames(name).map(({ machine }) => machine);
  await heard(oldest);
  await operations.now.retirement.rename([[oldest, pump]]);
  await operations.clock.advance(1_000);
  await operations.now.retirement.rename([[pump, moved]]);
  await operations.clock.advance(1_000);
  await heard(pump);
  expect(names(moved).sort()).toEqual(['pump-0', 'pump-1']);
  expect(names(pump)).toEqual([]);
});

it('a gateway that is renamed takes its open alerts and machines along, and its later events end them', async () => {
  await operations.apply([prediction('opened')]);
  const south = { ...pump, gateway: 'south' };
  await operations.now.retirement.rename([[pump, south]], 'north');
  const ended = prediction('resolved', south, operations.clock.nowMs() + 1);
  await operations.now.events.apply('south', [ended]);
  expect(openAlerts()).toEqual([]);
  expect(operations.now.alerts.all()).toMatchObject([{ gateway: 'south', state: 'resolved' }]);
});

it('an unknown machine refuses the whole request', async () => {
  await heard(pump);
  await expect(operations.now.retirement.retire([pump, moved])).rejects.toMatchObject({
    code: 'MACHINE_NOT_LISTED',
  });
  expect(listed()).toEqual(['pump-1']);
});

it('erasing removes events and alerts of this machine only, and of this gateway only', async () => {
  await operations.apply([prediction('opened')]);
  const other = { ...prediction('opened'), id: 'other', source: '/gateways/south' };
  await operations.now.events.apply('south', [other]);
  await operations.now.retirement.retire([pump]);
  expect(await operations.now.retirement.erase([pump])).toBe(1);
  const { items } = operations.now.events.page({ limit: 10, subject: 'plant/pump-1' });
  expect(items.map(({ source }) => source)).toEqual(['/gateways/south']);
  expect(operations.now.alerts.all().map(({ gateway }) => gateway)).toEqual(['south']);
  expect(operations.now.retired.get(pump)).toMatchObject({ why: 'deleted' });
});

it('a machine makes room for another, and of too many retired ones the oldest are forgotten, renamed ones last', async () => {
  await operations.reopen({ machinesMax: 1, retiredMax: 2 });
  const names = ['a', 'b', 'c', 'd'].map((machine) => ({ ...pump, machine }));
  for (const name of names) {
    await heard(name);
    if (name.machine === 'a') await operations.now.retirement.rename([[name, moved]]);
    else await operations.now.retirement.retire([name]);
    if (name.machine === 'a') await operations.now.retirement.retire([moved]);
    await operations.clock.advance(1_000);
  }
  const left = operations.now.retired.all().map(({ state }) => state.machine);
  expect(left.sort()).toEqual(['a', 'd']);
  expect(listed()).toEqual([]);
});

it('a rename of a machine that still sends says so, and both names say what is known of them', async () => {
  await heard(pump);
  await operations.clock.advance(20_000);
  const { warnings } = await operations.now.retirement.rename([[pump, moved]]);
  expect(warnings).toEqual([
    expect.stringMatching(/^plant\/pump-1 still sends under this name \(last heard 20 s ago\)/),
  ]);
  const renamedMs = operations.clock.nowMs();
  const state = (machine: string) => operations.now.machines.all().find((each) => each.machine === machine);
  expect(state('pump-9')).toMatchObject({ renamedFrom: 'plant/pump-1', renamedMs });
  await operations.clock.advance(1_000);
  await heard(pump);
  expect(state('pump-1')).toMatchObject({ renamedTo: 'plant/pump-9', returnedMs: renamedMs + 1_000 });
  await operations.reopen();
  expect(state('pump-9')).toMatchObject({ renamedFrom: 'plant/pump-1' });
  // The device is changed, and the old name is given up once more.
  await heard(moved);
  expect(state('pump-9')).not.toHaveProperty('renamedFrom');
  await operations.clock.advance(3_600_000);
  expect(await operations.now.retirement.rename([[pump, moved]])).not.toHaveProperty('warnings');
  expect(listed()).toEqual(['pump-9']);
  expect(state('pump-9')).not.toHaveProperty('renamedTo');
});
