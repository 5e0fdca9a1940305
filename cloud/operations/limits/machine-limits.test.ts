import { afterEach, beforeEach, expect, it } from 'vitest';
import { recordBegun } from '../../../shared/contract/envelope.ts';
import type { MachineName } from '../../ports/retired/retired.ts';
import { journal, TestOperations } from '../operations.testing.ts';

let test: TestOperations;
beforeEach(() => {
  test = new TestOperations();
});
afterEach(() => test.remove());

const pump: MachineName = { gateway: 'north', site: 'plant', machine: 'pump-1' };
const renamed: MachineName = { gateway: 'north', site: 'plant', machine: 'pump-9' };

let events = 0;
async function setLimits({ gateway, site, machine }: MachineName, warn: number): Promise<void> {
  events += 1;
  await test.now.events.apply(gateway, [
    {
      specversion: '1.0',
      id: `limits-${events}`,
      source: `/gateways/${gateway}`,
      type: 'io.harbinger.machine.limits.v1',
      time: new Date(test.clock.nowMs() + events).toISOString(),
      datacontenttype: 'application/json',
      data: { site, machine, by: 'maria', limits: { temperature: { warn } } },
    },
  ]);
}
const warnOf = (name: MachineName) => test.now.machineLimits.of(name).get('temperature')?.warn;
const heard = ({ gateway, site, machine }: MachineName) =>
  test.now.watermarks.advance({
    gateway,
    journal,
    lane: 'readings',
    firstSeq: 0,
    lastSeq: 0,
    machines: [{ site, machine, machineType: 'pump', lastSeenMs: test.clock.nowMs() }],
  });

it('one gateway that sets limits for names without end keeps no other from having some, also after a restart', async () => {
  await test.reopen({ machinesMax: 10 });
  for (let i = 0; i < 30; i++) await setLimits({ ...pump, machine: `made-up-${i}` }, i);
  await test.reopen({ machinesMax: 10 });
  await setLimits({ ...pump, machine: 'one-more' }, 1);
  await setLimits({ ...pump, gateway: 'south' }, 7);
  expect(warnOf({ ...pump, machine: 'made-up-3' })).toBe(3);
  expect(warnOf({ ...pump, machine: 'made-up-29' })).toBeUndefined();
  expect(warnOf({ ...pump, machine: 'one-more' })).toBeUndefined();
  expect(warnOf({ ...pump, gateway: 'south' })).toBe(7);
});

it('they go with a machine that is renamed, stay with one that is retired, and end with one that is deleted', async () => {
  await heard(pump);
  await setLimits(pump, 70);
  await test.now.retirement.rename([[pump, renamed]]);
  expect([warnOf(pump), warnOf(renamed)]).toEqual([undefined, 70]);
  await test.now.retirement.retire([renamed]);
  await test.reopen();
  expect(warnOf(renamed)).toBe(70);
  await test.now.retirement.erase([renamed]);
  await test.reopen();
  expect(warnOf(renamed)).toBeUndefined();
});

it('a machine that has limits of its own keeps them when another one gets its name', async () => {
  await heard(pump);
  await heard(renamed);
  await setLimits(pump, 70);
  await setLimits(renamed, 80);
  await test.now.retirement.rename([[pump, renamed]]);
  expect([warnOf(pump), warnOf(renamed)]).toEqual([undefined, 80]);
});

it('they end when their gateway begins a new record of them, and those of others stay', async () => {
  const south = { ...pump, gateway: 'south' };
  await setLimits(pump, 70);
  await setLimits(south, 80);
  await test.apply([recordBegun('north', 'limits', test.clock.nowMs() - 1e9)]);
  await test.reopen();
  expect([warnOf(pump), warnOf(south)]).toEqual([undefined, 80]);
  await setLimits(pump, 90);
  expect(warnOf(pump)).toBe(90);
});
