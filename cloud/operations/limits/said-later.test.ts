/** The order of the events of a gateway whose clock was put back: by their places in its journal, or by their times where those are not known. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newEvent } from '../../../shared/contract/envelope.ts';
import { TestOperations } from '../operations.testing.ts';

let test: TestOperations;
beforeEach(() => {
  test = new TestOperations();
});
afterEach(() => test.remove());

const hourMs = 3_600_000;
const ref = { site: 'plant', machine: 'pump-1', machineType: 'pump' };
const about = (id: string, agoMs: number) => ({ gateway: 'north', id, timeMs: test.clock.nowMs() - agoMs });

function limits(warn: number, agoMs: number) {
  const { site, machine } = ref;
  const data = { site, machine, by: 'maria', limits: { temperature: { warn } } };
  return newEvent('io.harbinger.machine.limits.v1', about(`limits/${warn}`, agoMs), data);
}
const warnNow = () => test.now.machineLimits.of({ gateway: 'north', ...ref }).get('temperature')?.warn;

it('limits', async () => {
  await test.apply([limits(1, 0)], 5);
  await test.apply([limits(2, hourMs)], 6);
  expect(warnNow()).toBe(2);
  await test.reopen();
  await test.apply([limits(3, 2 * hourMs)], 4);
  expect(warnNow()).toBe(2);
  await test.apply([limits(4, 2 * hourMs)]);
  expect(warnNow()).toBe(2);
  await test.apply([limits(5, -hourMs / 2)]);
  await test.apply([limits(6, 0)], 9);
  expect(warnNow()).toBe(5);
});

it.each([
  ['as it arrived', true, 'running'],
  ['with a time of its own', undefined, 'failed'],
] as const)('a replacement that was told %s', async (_, isByArrival, condition) => {
  const data = { ...ref, ...(isByArrival && { isByArrival }) };
  await test.apply([newEvent('io.harbinger.machine.failed.v1', about('failed', 0), data)], 5);
  await test.apply([newEvent('io.harbinger.machine.replaced.v1', about('replaced', hourMs), data)], 6);
  expect(test.now.machines.all()).toMatchObject([{ condition }]);
});
