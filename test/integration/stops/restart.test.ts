import { connect as begin, connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsOf, PumpSensor } from '../pump-sensor.ts';
import { drained, type Site, startSite, statusOf, until } from '../site.ts';

const login = { username: 'panel', password: 'a-panel-password' };

/** It is killed once, when it has something of each kind; then a test looks at each. */
describe('a gateway keeps over kill -9', () => {
  let site: Site;
  let pump: PumpSensor;
  let openBefore: unknown[];

  beforeAll(async () => {
    site = await startSite({
      models: true,
      gateway: {
        broker: {
          users: [{ name: 'panel', password: login.password, publish: ['panel/#'], subscribe: ['panel/#'] }],
        },
        intelligence: { intervalMsMin: 0 },
      },
    });
    await leaveMessages();
    await openAlert();
    await site.gateway.kill9();
    await site.gateway.restart();
  });
  afterAll(async () => {
    await site?.dispose();
  });

  const connect = (options: IClientOptions): Promise<MqttClient> =>
    connectAsync(site.gateway.mqttUrl, { ...login, reconnectPeriod: 0, ...options });

  const kept = { clientId: 'keeper', clean: false };

  async function leaveMessages(): Promise<void> {
    const keeper = await connect(kept);
    await keeper.subscribeAsync('panel/orders', { qos: 1 });
    await keeper.endAsync();
    const writer = await connect({ clientId: 'writer' });
    await writer.publishAsync('panel/mode', 'winter', { qos: 1, retain: true });
    await writer.publishAsync('panel/orders', 'before', { qos: 1 });
    await writer.endAsync(true);
  }

  const open = async () => (await statusOf(site.gateway)).alerts.openPredictions;
  const modelReady = () =>
    until(
      async () => (await statusOf(site.gateway)).intelligence.model.state === 'ready',
      'the model to be ready',
    );

  async function openAlert(): Promise<void> {
    await modelReady();
    pump = new PumpSensor(site, 'pump-1', { seed: 5, failureMode: 'bearing-wear', remaining: 110 });
    await pump.connect();
    await pump.runUntil(async () => (await open()).length > 0);
    await pump.end();
    await until(async () => (await eventsOf(site, 'prediction.opened')).length > 0, 'the alert in the cloud');
    openBefore = await open();
    expect(openBefore).toHaveLength(1);
  }

  it('retained messages', async () => {
    const reader = await connect({ clientId: 'reader' });
    const received: string[] = [];
    reader.on('message', (topic, payload, { retain }) => received.push(`${topic} ${payload} ${retain}`));
    await reader.subscribeAsync('panel/mode', { qos: 1 });
    await until(() => received.length > 0, 'the retained message');
    expect(received).toEqual(['panel/mode winter true']);
    await reader.endAsync(true);
  });

  it('persistent sessions: their subscriptions, and the messages sent while they were offline', async () => {
    const late = await connect({ clientId: 'late' });
    await late.publishAsync('panel/orders', 'after', { qos: 1 });
    await late.endAsync(true);
    const second = begin(site.gateway.mqttUrl, { ...login, ...kept, reconnectPeriod: 0 });
    const messages: string[] = [];
    second.on('message', (_, payload) => messages.push(payload.toString()));
    await until(() => messages.length >= 2, 'the kept messages');
    expect(messages).toEqual(['before', 'after']);
    await second.endAsync(true);
  });

  it('open alerts, none of which is opened twice', async () => {
    expect(await open()).toMatchObject([
      { predictionId: (openBefore[0] as { predictionId: string }).predictionId },
    ]);
    await modelReady();
    await pump.connect();
    const decided = async () => (await statusOf(site.gateway)).intelligence.scorer?.machines ?? 0;
    await pump.runUntil(async () => (await decided()) >= 15);
    await pump.end();
    expect(await decided()).toBeGreaterThanOrEqual(15);
    await drained(site);
    expect(await eventsOf(site, 'prediction.opened')).toHaveLength(1);
    expect(await open()).toHaveLength(1);
    const { total } = await site.cloud.json<{ total: number }>('/api/alerts');
    expect(total).toBe(1);
  });
});
