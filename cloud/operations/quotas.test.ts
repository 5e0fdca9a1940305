/** Quotas of gateways: one that sends without end uses up its own share, and no other's. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HarbingerEvent } from '../../shared/contract/events.ts';
import { predictionEvent } from '../../shared/notifiers/prediction.testing.ts';
import { journal, TestOperations } from './operations.testing.ts';

let test: TestOperations;
beforeEach(() => {
  test = new TestOperations();
});
afterEach(() => test.remove());

let events = 0;
function opened(gateway: string, alert: number): HarbingerEvent {
  events += 1;
  const data = { predictionId: `${gateway}-${alert}`, machine: `${gateway}-${alert}` };
  const time = new Date(Date.UTC(2026, 2, 1) + events * 1_000).toISOString();
  return { ...predictionEvent('opened', 0, data), id: `e-${events}`, source: `/gateways/${gateway}`, time };
}
const send = (gateway: string, count: number) =>
  test.now.events.apply(
    gateway,
    Array.from({ length: count }, (_, i) => opened(gateway, i)),
  );
const countBy = <T>(items: readonly T[], nameOf: (item: T) => string) => {
  const counts: Record<string, number> = {};
  for (const item of items) counts[nameOf(item)] = (counts[nameOf(item)] ?? 0) + 1;
  return counts;
};
const bySource = ({ source }: HarbingerEvent) => source.slice('/gateways/'.length);

describe('quotas of gateways', () => {
  it('machines: one gateway that makes up names keeps no other from being listed, also after a restart', async () => {
    const limits = { machinesMax: 20 };
    await test.reopen(limits);
    const seen = (gateway: string, count: number) =>
      test.now.watermarks.advance({
        gateway,
        journal,
        lane: 'readings',
        firstSeq: 1,
        lastSeq: 1,
        machines: Array.from({ length: count }, (_, i) => ({
          site: 'lab',
          machine: `m${i}`,
          machineType: 'pump',
          lastSeenMs: test.clock.nowMs(),
        })),
      });
    await seen('greedy', 100);
    await test.reopen(limits);
    await seen('modest', 5);
    await seen('greedy', 100);
    expect(countBy(test.now.machines.all(), ({ gateway }) => gateway)).toEqual({ greedy: 20, modest: 5 });
    expect(test.now.quotas.all()).toMatchObject([{ quota: 'machines', owner: 'greedy', refused: 80 }]);
    const said = test.logged.filter(({ text }) => text.includes('machines are not listed'));
    expect(said.map(({ fields }) => fields)).toMatchObject([{ owner: 'greedy' }, { owner: 'greedy' }]);
  });

  it('events: the gateway that has most loses its oldest ones, also of those from before a restart', async () => {
    const limits = { eventsMax: 30 };
    await test.reopen(limits);
    await send('modest', 5);
    await send('greedy', 100);
    await test.reopen(limits);
    await send('greedy', 50);
    await send('late', 3);
    const { items } = test.now.events.page({ limit: 100 });
    expect(countBy(items, bySource)).toEqual({ modest: 5, greedy: 22, late: 3 });
    expect(items.slice(0, 4).map(bySource)).toEqual(['late', 'late', 'late', 'greedy']);
  });

  it('alerts: the gateway that has most of too many open ones loses those longest untouched', async () => {
    await test.reopen({ alertsOpenMax: 10 });
    await send('modest', 4);
    await send('greedy', 50);
    const open = test.now.alerts.all('open');
    expect(countBy(open, ({ gateway }) => gateway)).toEqual({ modest: 4, greedy: 6 });
    expect(open.filter(({ gateway }) => gateway === 'greedy').at(-1)?.alertId).toBe('greedy-49');
    expect(test.now.quotas.counts).toMatchObject({ machines: 0, alerts: 44 });
  });

  it('notifications: those of the gateway that has most are summed up, and gateways take turns', async () => {
    await test.reopen({ notificationsMax: 10 });
    await send('modest', 3);
    await send('greedy', 50);
    expect(test.now.notifications.summedUp().get('mail')).toBe(43);
    const told: string[] = [];
    for (let i = 0; i < 6; i++) {
      const { due } = test.now.notifications.next('mail', test.clock.nowMs());
      told.push(due!.key.split('/')[0]!.split('~').at(-1)!);
      await test.now.notifications.confirm(due!);
    }
    expect(told).toEqual(['greedy-43', 'modest-0', 'greedy-44', 'modest-1', 'greedy-45', 'modest-2']);
  });
});
