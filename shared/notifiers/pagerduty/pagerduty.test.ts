import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Recorder, startRecorder } from '../../../test/conformance/http-recorder.ts';
import { manualClock } from '../../runtime/manual-clock.ts';
import { compileValidator } from '../../runtime/validate.ts';
import { conditionEvent } from '../condition.testing.ts';
import { notificationOf, predictionEvent } from '../prediction.testing.ts';
import { PagerDutyConfig } from './config.ts';
import { createPagerDuty } from './pagerduty.ts';

let server: Recorder;
beforeEach(async () => {
  server = await startRecorder();
});
afterEach(() => server.stop());

async function sent(notification: ReturnType<typeof notificationOf>) {
  const config = compileValidator(PagerDutyConfig)(
    { name: 'on-call', url: server.url, routingKey: 'the-key' },
    (problem) => new Error(problem),
  );
  const deps = { clock: manualClock(), publicUrl: 'https://harbinger.example' };
  await createPagerDuty(config, deps).notify(notification, new AbortController().signal);
  return JSON.parse(server.requests.at(-1)!.body.toString());
}

it('triggers an incident, changes it and resolves it by one key', async () => {
  const opened = await sent(notificationOf(predictionEvent('opened', 1)));
  const worse = await sent(
    notificationOf(predictionEvent('updated', 2, { severity: 'critical' }), 'updated'),
  );
  const over = await sent(notificationOf(predictionEvent('resolved', 3), 'resolved'));
  expect(opened).toMatchObject({
    routing_key: 'the-key',
    event_action: 'trigger',
    links: [{ href: 'https://harbinger.example/#/machines/leeds/pump-1?gateway=north' }],
    payload: {
      summary: 'Warning: bearing wear on leeds/pump-1',
      severity: 'warning',
      ...{ source: 'leeds/pump-1', component: 'pump-1', group: 'leeds', class: 'bearing-wear' },
      timestamp: '2026-03-01T10:01:00Z',
      custom_details: { text: expect.stringContaining('Vibration has doubled') },
    },
  });
  expect(worse).toMatchObject({ event_action: 'trigger', payload: { severity: 'critical' } });
  expect(over).toMatchObject({ event_action: 'resolve' });
  expect(new Set([opened, worse, over].map(({ dedup_key }) => dedup_key)).size).toBe(1);
  const other = notificationOf(conditionEvent('opened', 1));
  expect((await sent({ ...other, key: 'c-1/opened/x/test' })).dedup_key).not.toBe(opened.dedup_key);
});

it('resolves the incident of an alert that ends because its machine failed', async () => {
  const failed = predictionEvent('resolved', 3, { outcome: 'failed' });
  expect(await sent(notificationOf(failed, 'resolved'))).toMatchObject({ event_action: 'resolve' });
});
