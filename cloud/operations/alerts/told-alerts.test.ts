/** Open alerts beyond the limit: what was told as open is told as ended. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { HarbingerEvent } from '../../../shared/contract/events.ts';
import { predictionEvent } from '../../../shared/notifiers/prediction.testing.ts';
import { TestOperations } from '../operations.testing.ts';

const openMax = 5;
let test: TestOperations;
let events: number;
beforeEach(async () => {
  events = 0;
  test = new TestOperations();
  await test.reopen({ alertsOpenMax: openMax });
});
afterEach(() => test.remove());

function event(kind: 'opened' | 'updated' | 'resolved', alert: number): HarbingerEvent {
  events += 1;
  const time = new Date(Date.UTC(2026, 2, 1) + events * 1_000).toISOString();
  const data = { predictionId: `p-${alert}`, machine: `m-${alert}` };
  return { ...predictionEvent(kind, 0, data), id: `e-${events}`, time };
}
const apply = (kind: 'opened' | 'updated' | 'resolved', alerts: readonly number[]) =>
  test.apply(alerts.map((alert) => event(kind, alert)));
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const shown = () => test.now.alerts.all('open').map(({ alertId }) => alertId);

/** Takes what the mail was told since, as `change alert`. */
async function told(): Promise<string[]> {
  const texts: string[] = [];
  for (;;) {
    const { due } = test.now.notifications.next('mail', test.clock.nowMs());
    if (!due) return texts;
    texts.push(due.key.replace('north~', '').split('/').slice(0, 2).reverse().join(' '));
    await test.now.notifications.confirm(due);
  }
}

it('is told once as open and once as ended, also after a restart', async () => {
  await apply('opened', upTo(12));
  expect(await told()).toEqual(upTo(12).map((i) => `opened p-${i}`));
  expect(shown().sort()).toEqual(['p-10', 'p-11', 'p-7', 'p-8', 'p-9']);
  await test.reopen({ alertsOpenMax: openMax });
  await apply('resolved', upTo(12));
  expect(await told()).toEqual(upTo(12).map((i) => `resolved p-${i}`));
  await apply('resolved', upTo(12));
  expect(await told()).toEqual([]);
});

it('is shown again when it changes, in place of another, and not told as opened again', async () => {
  await apply('opened', upTo(7));
  await told();
  await apply('updated', [0]);
  expect(shown()).toContain('p-0');
  expect(shown()).toHaveLength(openMax);
  expect((await told()).filter((text) => text.startsWith('opened'))).toEqual([]);
  await apply('resolved', [2, 0]);
  expect((await told()).sort()).toEqual(['resolved p-0', 'resolved p-2']);
});

it('ends with the replacement of its machine', async () => {
  await apply('opened', upTo(7));
  await told();
  const { data } = event('updated', 0) as HarbingerEvent<'io.harbinger.prediction.updated.v1'>;
  const { site, machine, machineType } = data;
  const replaced = { ...event('updated', 0), type: 'io.harbinger.machine.replaced.v1' };
  await test.apply([{ ...replaced, data: { site, machine, machineType } } as HarbingerEvent]);
  expect(await told()).toEqual(['resolved p-0']);
});

it('is bounded, and what is given up is counted for its gateway', async () => {
  await apply('opened', upTo(12 * openMax));
  await told();
  const { counts } = test.now.quotas;
  expect(counts.alerts).toBe(11 * openMax);
  expect(counts['alert-ends']).toBeGreaterThan(0);
  await apply('resolved', upTo(12 * openMax));
  expect((await told()).length).toBe(12 * openMax - counts['alert-ends']);
});
