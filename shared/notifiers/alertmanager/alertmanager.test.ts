/** With a real Alertmanager: what is firing there, and what it tells its own receivers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Recorder, startRecorder } from '../../../test/conformance/http-recorder.ts';
import {
  type Alertmanager,
  alertmanagerBinary,
  startAlertmanager,
} from '../../../test/support/alertmanager.ts';
import { reasonToSkip } from '../../../test/support/needed.ts';
import { systemClock } from '../../runtime/clock.ts';
import { compileValidator } from '../../runtime/validate.ts';
import { conditionEvent } from '../condition.testing.ts';
import { notificationOf, predictionEvent } from '../prediction.testing.ts';
import { createAlertmanager } from './alertmanager.ts';
import { AlertmanagerConfig } from './config.ts';

const missing = reasonToSkip(await alertmanagerBinary());
const never = new AbortController().signal;

describe.skipIf(missing !== null)('an Alertmanager', () => {
  let hook: Recorder;
  let server: Alertmanager;
  beforeAll(async () => {
    hook = await startRecorder();
    server = await startAlertmanager(hook.url);
  });
  afterAll(async () => {
    await server?.stop();
    await hook?.stop();
  });

  const tell = async (notification: ReturnType<typeof notificationOf>) => {
    const config = compileValidator(AlertmanagerConfig)(
      { name: 'manager', url: `${server.url}/`, labels: { team: 'maintenance' } },
      (problem) => new Error(problem),
    );
    const deps = { clock: systemClock, publicUrl: 'https://harbinger.example' };
    await createAlertmanager(config, deps).notify(notification, never);
  };
  const firing = async () =>
    (await server.firing()).map(
      ({ labels: { machine, part, severity } }) => `${machine ?? part} ${severity}`,
    );
  const told = () =>
    hook.requests.map(({ body }) => {
      const { status, commonLabels } = JSON.parse(body.toString());
      return `${status} ${commonLabels.machine ?? commonLabels.part} ${commonLabels.severity}`;
    });

  it('has what is open, once, by the severity of now, with words and a link, until it is over', async () => {
    const opened = notificationOf(predictionEvent('opened', 1));
    await tell(opened);
    await tell(opened);
    const [alert] = await server.firing();
    expect(alert).toMatchObject({
      labels: {
        alertname: 'bearing-wear',
        alert_id: 'p-1',
        site: 'leeds',
        gateway: 'north',
        team: 'maintenance',
      },
      annotations: {
        summary: 'Warning: bearing wear on leeds/pump-1',
        description: expect.stringContaining('Vibration has doubled'),
      },
      generatorURL: 'https://harbinger.example/#/machines/leeds/pump-1?gateway=north',
      status: { state: expect.stringMatching(/active|unprocessed/) },
    });
    await expect.poll(told, { timeout: 20_000 }).toEqual(['firing pump-1 warning']);

    await tell(notificationOf(predictionEvent('updated', 2, { severity: 'critical' }), 'updated'));
    expect(await firing()).toEqual(['pump-1 critical']);
    await expect
      .poll(() => told().sort(), { timeout: 20_000 })
      .toEqual(['firing pump-1 critical', 'firing pump-1 warning', 'resolved pump-1 warning']);

    await tell(notificationOf(predictionEvent('resolved', 3, { severity: 'critical' }), 'resolved'));
    expect(await firing()).toEqual([]);
    await expect.poll(() => told().includes('resolved pump-1 critical'), { timeout: 20_000 }).toBe(true);
  });

  it('has no alert any more of a machine that has failed: its end is an end there', async () => {
    await tell(notificationOf(predictionEvent('opened', 4, { machine: 'pump-2' })));
    expect(await firing()).toEqual(['pump-2 warning']);
    const failed = predictionEvent('resolved', 5, { machine: 'pump-2', outcome: 'failed' });
    await tell(notificationOf(failed, 'resolved'));
    expect(await firing()).toEqual([]);
  });

  it('has what is wrong with Harbinger itself', async () => {
    await tell(notificationOf(conditionEvent('opened', 1)));
    expect(await firing()).toEqual([expect.stringMatching(/north warning$/)]);
    await tell(notificationOf(conditionEvent('resolved', 2), 'resolved'));
    expect(await firing()).toEqual([]);
  });
});
