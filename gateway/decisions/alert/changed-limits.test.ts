/** The words of an open alert while somebody changes limits. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { alertBench } from './alert-bench.testing.ts';

let bench: Awaited<ReturnType<typeof alertBench>>;
beforeEach(async () => {
  bench = await alertBench();
});
afterEach(() => bench.dispose());

/** The vibration of the bench's pump, which is above its warning limit. */
function beyond(value: number) {
  const sinceMs = bench.clock.nowMs() - 11_000;
  const met = { side: 'high', severity: 'warning', at: 4.5, backAt: 4.05, sinceMs } as const;
  return { limits: [{ sensor: 'vibration', value, met, mayBe: null }] };
}

it('says first what is wrong, whatever a person changes, and a change for another sensor says nothing of it', async () => {
  const decision = await bench.started();
  await bench.evaluate(decision, 500, 1, beyond(6.2));
  const changed = (sensor: string) => ({ limitsChanged: { sensors: [sensor], by: 'maria' } });
  await bench.evaluate(decision, 500, 1, { ...beyond(6.2), ...changed('temperature') });
  expect(bench.updated()).toEqual([]);
  await bench.evaluate(decision, 500, 1, { ...beyond(6.2), ...changed('vibration') });
  const [told] = bench.updated();
  expect(told!.data.reasons[0]).toMatch(/^vibration 6.2 mm\/s, above the warning limit of 4.5/);
  expect(told!.data.reasons).toContainEqual(
    expect.stringMatching(/^Limits of vibration were changed by maria: /),
  );
});
