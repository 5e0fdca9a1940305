import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newEvent } from '../../../shared/contract/envelope.ts';
import type { AlertTold } from '../../../shared/contract/notices/alert-told.ts';
import { predictionEvent } from '../../../shared/notifiers/prediction.testing.ts';
import { TestOperations } from '../operations.testing.ts';
import { siteFirstMs } from './notification-queue.ts';

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
});
