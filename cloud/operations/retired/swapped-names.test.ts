import { afterEach, beforeEach, expect, it } from 'vitest';
import type { MachineName } from '../../ports/retired/retired.ts';
import { TestOperations } from '../operations.testing.ts';

let operations: TestOperations;
beforeEach(() => {
  operations = new TestOperations();
});
afterEach(() => operations.remove());

const pump: MachineName = { gateway: 'north', site: 'plant', machine: 'pump-1' };
const moved: MachineName = { ...pump, machine: 'pump-9' };

it('two machines that swap their names over a third keep their own histories, and undoing it is not taken for it', async () => {
  const held = { ...pump, machine: 'pump-0' };
  const { retirement, retired } = operations.now;
  const at: number[] = [];
  const rename = async (from: MachineName, to: MachineName) => {
    await operations.clock.advance(1_000);
    await retirement.rename([[from, to]]);
    at.push(operations.clock.nowMs());
  };
  await operations.heard(pump);
  await operations.heard(moved);
  await rename(pump, held);
  await rename(moved, pump);
  await rename(held, moved);
  const names = (name: MachineName) =>
    retired.formerNames(name).map(({ machine, afterMs = null, untilMs }) => [machine, afterMs, untilMs]);
  expect([retired.ownSinceMs(pump), names(pump)]).toEqual([at[0], [['pump-9', null, at[1]]]]);
  expect([retired.ownSinceMs(moved), names(moved)]).toEqual([
    at[1],
    [
      ['pump-0', null, at[2]],
      ['pump-1', null, at[0]],
    ],
  ]);
  // The same way back.
  await rename(moved, held);
  await rename(pump, moved);
  await rename(held, pump);
  expect([retired.ownSinceMs(pump), names(pump)]).toEqual([
    at[4],
    [
      ['pump-0', null, at[5]],
      ['pump-9', at[1], at[3]],
      ['pump-1', null, at[0]],
    ],
  ]);
});
