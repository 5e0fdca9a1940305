import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newEvent } from '../../../shared/contract/envelope.ts';
import type { AlertTold } from '../../../shared/contract/notices/alert-told.ts';
import { lifecycleEvent, predictionEvent } from '../../../shared/notifiers/prediction.testing.ts';
import { TestOperations } from '../operations.testing.ts';
import { siteFirstMs } from './site-first.ts';

let test: TestOperations;
beforeEach(() => {
  test = new TestOperations();
  test.groups = { mail: 'maintenance' };
});
afterEach(() => test.remove());
const due = (notifier: string, laterMs = 0) =>
  test.now.notifications.next(notifier, test.clock.nowMs() + laterMs).due;

function told(change: AlertTold['change'], events: string[], group = 'maintenance') {
  const about = { gateway: 'north', id: `told-${change}-${group}`, timeMs: test.clock.nowMs() };
  const data = { alertId: 'p-1', change, events, group, notifier: 'siren' };
  return newEvent('io.harbinger.alert.told.v1', about, data);
}

describe('a notifier with a group', () => {
  it('waits for the word of the gateway, and tells nothing that the site has told', async () => {
    await test.apply([predictionEvent('opened', 1)]);
    expect(due('mail')).toBeNull();
    expect(due('hook')).toMatchObject({ change: 'opened' });
    await test.apply([told('opened', ['prediction-opened-1'])]);
    expect(due('mail', siteFirstMs)).toBeNull();
    // The same event applied again queues nothing.
    await test.reopen();
    await test.apply([predictionEvent('opened', 1)]);
    expect(due('mail', siteFirstMs)).toBeNull();
  });

  it('tells itself what the site has not told, and what another group was told', async () => {
    await test.apply([predictionEvent('opened', 1), told('opened', ['prediction-opened-1'], 'operators')]);
    expect(due('mail', siteFirstMs - 1)).toBeNull();
    expect(due('mail', siteFirstMs)).toMatchObject({ change: 'opened' });
  });

  it('does not wait to tell that a person has closed the alert here, which no gateway knows', async () => {
    await test.apply([predictionEvent('opened', 1), told('opened', ['prediction-opened-1'])]);
    await test.now.closing.close('p-1', { reason: 'watched by hand', by: '' });
    expect(due('mail')).toMatchObject({ change: 'resolved', event: { data: { outcome: 'closed' } } });
  });

  it('tells nothing of what was before, if the site has told the end', async () => {
    await test.apply([
      predictionEvent('opened', 1),
      predictionEvent('updated', 2),
      predictionEvent('resolved', 3),
    ]);
    await test.apply([told('resolved', ['prediction-resolved-3'])]);
    expect(due('mail', siteFirstMs)).toBeNull();
  });

  it('waits only for a gateway that tells its group itself', async () => {
    const at = async (minute: number, siteGroups: string[]) => {
      await test.apply([predictionEvent('opened', minute, { predictionId: `p-${minute}`, siteGroups })]);
      const found = due('mail');
      if (found) await test.now.notifications.confirm(found);
      return found;
    };
    expect(await at(1, [])).toMatchObject({ change: 'opened' });
    expect(await at(2, ['operators'])).toMatchObject({ change: 'opened' });
    expect(await at(3, ['operators', 'maintenance'])).toBeNull();
    await test.apply([predictionEvent('now', 4, { predictionId: 'p-1' }), lifecycleEvent('replaced', 5)]);
    const ended: unknown[] = [];
    for (let found = due('mail'); found; found = due('mail')) {
      ended.push([found.change, (found.event.data as { predictionId?: string }).predictionId]);
      await test.now.notifications.confirm(found);
    }
    expect(ended.sort()).toEqual([
      ['resolved', 'p-1'],
      ['resolved', 'p-2'],
    ]);
  });

  it('tells what ended while it waited as ended, and not as news first', async () => {
    await test.apply([predictionEvent('opened', 1), predictionEvent('updated', 2, { severity: 'critical' })]);
    expect(due('hook')).toMatchObject({ change: 'opened' });
    await test.apply([predictionEvent('resolved', 3)]);
    const found = due('mail', siteFirstMs);
    expect(found).toMatchObject({ change: 'resolved' });
    await test.now.notifications.confirm(found!);
    expect(due('mail', 2 * siteFirstMs)).toBeNull();
    // Applied again, it queues nothing.
    await test.apply([predictionEvent('opened', 1)]);
    expect(due('mail', 2 * siteFirstMs)).toBeNull();
  });

  it('that was told of an alert is told its end', async () => {
    await test.apply([predictionEvent('opened', 1)]);
    await test.now.notifications.confirm(due('mail', siteFirstMs)!);
    expect(due('mail')).toBeNull();
    await test.apply([
      predictionEvent('updated', 2, { severity: 'critical' }),
      predictionEvent('resolved', 3),
    ]);
    expect(due('mail', siteFirstMs)).toMatchObject({ change: 'resolved' });
  });
});
