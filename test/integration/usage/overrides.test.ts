/**
 * Muting and overruling from the command line of the cloud: in force within five seconds, also off-line over a kill, ended by itself;
 * nobody is told meanwhile, and what is still so is told then. An alert that a person wants is told, and ends with their word.
 */
import { expect, it } from 'vitest';
import type { ShownDocument } from '../../../cloud/ports/fleet/fleet.ts';
import { harbinger, harbingerJson } from '../cli.ts';
import { connectSensor, createFanSite, fanType, tells, toldTo } from '../fan.ts';
import { statusOf, until } from '../site.ts';
import { watchedSite } from '../watched-site.ts';

interface Alert {
  state: string;
  prediction: { muted?: { by: string } };
}
interface Forced {
  prediction: { failureMode: string; severity: string; reasons: string[] };
}
interface Decision {
  mode: string;
  override?: { by: string };
}

const all = watchedSite('fan-1', (receiver) =>
  createFanSite(fanType('stepMs = 100\nsilentAfterMs = 0', 'warn = 4\nalarm = 9'), {
    cloud: tells(receiver),
  }),
);

const reach = () => ['--url', all.site.cloud.httpUrl];
const shown = async () => {
  const { documents } = await harbingerJson<{ documents: ShownDocument[] }>('overrides', 'list', ...reach());
  return documents[0]!;
};
const shownAs = async (state: string) => {
  await until(async () => (await shown()).gateways[0]?.state === state, `the cloud to show ${state}`);
  return shown();
};
const atGateway = async () => {
  const status: unknown = await statusOf(all.site.gateway);
  return (status as { fleet: { documents: { state: string }[] } }).fleet.documents.map(({ state }) => state);
};
const alerts = async () => (await all.site.cloud.json<{ alerts: Alert[] }>('/api/alerts')).alerts;
const told = () => toldTo(all.receiver);

/** Sends the value until something is as expected. */
function sendUntil(value: number, isReached: () => Promise<boolean>, what: string): Promise<void> {
  return until(async () => {
    const reading = JSON.stringify({ vibration_x: value });
    await all.sensor.publishAsync('telemetry/hall/fan-1', reading, { qos: 1 });
    return isReached();
  }, what);
}

it('a muted machine is judged and its alerts are shown, and nobody is told until the mute ends by itself', async () => {
  await sendUntil(2, async () => (await statusOf(all.site.gateway)).pipeline.readings > 3, 'readings');
  const args = ['hall/fan-1', '--why', 'new bearing', '--by', 'maria', '--for', '1.5min'];
  expect(await harbinger('machines', 'mute', ...args, ...reach())).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^hall\/fan-1: muted until /),
  });
  const { askedMs, gateways } = await shownAs('in-force');
  expect(gateways).toMatchObject([{ state: 'in-force', differs: null }]);
  expect(gateways[0]!.atMs! - askedMs).toBeLessThan(5_000);

  await sendUntil(6, async () => (await alerts()).length > 0, 'an alert');
  expect(await alerts()).toMatchObject([{ state: 'open', prediction: { muted: { by: 'maria' } } }]);

  await all.site.cloud.stop();
  await all.sensor.endAsync(true);
  await all.site.gateway.kill9();
  await all.site.gateway.restart();
  const offLine = await atGateway();
  await all.site.cloud.restart();
  if (Date.now() < askedMs + 90_000) {
    expect(offLine).toEqual(['in-force']);
    expect(told()).toEqual([]);
  }

  await shownAs('ended');
  expect(await atGateway()).toEqual(['ended']);
  await until(() => told().length > 0, 'the receiver to be told');
  expect(told()).toEqual(['opened']);
  expect((await alerts())[0]?.prediction.muted).toBeUndefined();
  const audit = await harbingerJson<{ items: { action: string }[] }>('audit', ...reach());
  expect(audit.items.map(({ action }) => action)).toContain('fleet.set');
});

it('rules decide where a person wants it, and the records say so, until it is removed', async () => {
  const why = ['--why', 'trial', '--by', 'maria', ...reach()];
  expect(await harbinger('overrides', 'set', 'rules', '--all', ...why)).toMatchObject({ code: 0 });
  await until(async () => (await atGateway()).includes('in-force'), 'the override to be in force');
  all.sensor = await connectSensor(all.site, { clientId: 'fan-1' });
  const record = async () => {
    const { items } = await all.site.cloud.json<{ items: Decision[] }>('/api/decisions?limit=50');
    return items.find(({ override, mode }) => mode === 'override' && override);
  };
  await sendUntil(12, async () => (await record()) !== undefined, 'a record of the override');
  expect(await record()).toMatchObject({ override: { by: 'maria' } });
  expect(await harbinger('overrides', 'remove', 'rules', '--all', ...why)).toMatchObject({ code: 0 });
  await until(async () => !(await atGateway()).includes('in-force'), 'the override to be gone');
});

it('an alert that a person wants is told with who and why, outlives a kill, and ends when it is removed', async () => {
  all.sensor = await connectSensor(all.site, { clientId: 'fan-1' });
  await sendUntil(2, async () => (await statusOf(all.site.gateway)).pipeline.readings > 3, 'readings');
  const of = ['alert', 'hall/fan-1', '--by', 'maria', ...reach()];
  const set = ['overrides', 'set', ...of, '--why', 'loud bearing', '--severity', 'critical'];
  expect((await harbinger(...set)).stderr).toMatch(/--for or --until/);
  const forced = async (query = '') =>
    (await all.site.cloud.json<{ alerts: Forced[] }>(`/api/alerts${query}`)).alerts.filter(
      ({ prediction }) => prediction.failureMode === 'forced',
    );
  expect(await harbinger(...set, '--for', '1h')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^hall\/fan-1: a critical alert is open until /),
  });
  await until(async () => (await forced('?state=open')).length > 0, 'the alert in the cloud');
  expect(await forced('?state=open')).toMatchObject([
    {
      prediction: { severity: 'critical', reasons: [expect.stringMatching(/^maria wants .*loud bearing$/)] },
    },
  ]);
  const toldForced = () =>
    [...all.receiver.told.values()].filter((event) => JSON.stringify(event).includes('"forced"'));
  await until(() => toldForced().length === 1, 'the receiver to be told');

  await all.site.gateway.kill9();
  await all.site.gateway.restart();
  await until(async () => (await atGateway()).includes('in-force'), 'the gateway to go on');
  const removal = await harbinger(
    'overrides',
    'remove',
    ...of,
    '--gateway',
    'site1',
    '--why',
    'it was the fan belt',
  );
  expect(removal).toMatchObject({ code: 0 });
  await until(async () => (await forced('?state=open')).length === 0, 'the end of the alert');
  expect(await forced()).toHaveLength(1);
  await until(() => toldForced().length === 2, 'the receiver to hear of the end');
});
