/** A retained message that comes again at each connection says nothing new; what was never a reading is none. */
import { connectAsync, type IClientPublishOptions } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSite, type Site, statusOf, until } from '../site.ts';

const routes = [
  { topic: 'telemetry/{site}/{machine}', format: 'json' },
  { topic: 'battery/{site}/{machine}', format: 'json', retainedAgain: 'store' },
  { topic: 'lifecycle/{site}/{machine}', format: 'lifecycle' },
];
let site: Site;

beforeAll(async () => {
  site = await createSite({
    gateway: {
      routes,
      // Its events are counted, and these have other causes.
      conditions: { off: ['model-missing', 'dead-letters'] },
    },
  });
  await site.gateway.start();
});
afterAll(() => site?.dispose());

/** Connects anew, and publishes with RETAIN; resolves when everything has arrived. */
async function send(
  topic: string,
  payloads: readonly string[],
  options: IClientPublishOptions = {},
): Promise<void> {
  const before = (await statusOf(site.gateway)).pipeline.messages;
  const client = await connectAsync(site.gateway.mqttUrl, { reconnectPeriod: 0 });
  const closed = new Promise<never>((_, reject) =>
    client.once('close', () => reject(new Error('the connection was closed'))),
  );
  closed.catch(() => undefined);
  for (const payload of payloads)
    await Promise.race([closed, client.publishAsync(topic, payload, { qos: 1, retain: true, ...options })]);
  await client.endAsync();
  if (options.qos !== 0) return;
  // Nobody is told when they are on disk, but nothing is pending then.
  const arrived = async () => {
    const { pipeline, pending } = await statusOf(site.gateway);
    return pipeline.messages === before + payloads.length && pending === 0;
  };
  await until(arrived, 'messages of QoS 0');
}

async function restartWith(name: string, config: Record<string, unknown>): Promise<void> {
  await site.dropIn(name, config);
  await site.gateway.stop();
  await site.gateway.restart();
}

async function readingsAfter(what: () => Promise<void>): Promise<number> {
  const before = (await statusOf(site.gateway)).pipeline.readings;
  await what();
  return (await statusOf(site.gateway)).pipeline.readings - before;
}

async function skipped(): Promise<Record<string, number>> {
  const { placement } = await statusOf(site.gateway);
  return Object.fromEntries(placement.retainedAgain.map(({ machine, readings }) => [machine, readings]));
}

const warm = '{"temperature":21.5}';
const cold = '{"temperature":4}';

it.each([0, 1, 2] as const)(
  'QoS %i: is stored once, if it is acknowledged also after kill -9',
  async (qos) => {
    const topic = `telemetry/load/tank-${qos}`;
    const machine = `load/tank-${qos}`;
    const sendWith = (...payloads: string[]) => send(topic, payloads, { qos });
    expect(await readingsAfter(() => sendWith(warm))).toBe(1);
    expect(await readingsAfter(() => sendWith(warm))).toBe(0);
    expect(await skipped()).toMatchObject({ [machine]: 1 });
    // A second one on the same connection is a reading, and another value is one.
    expect(await readingsAfter(() => sendWith(warm, warm))).toBe(1);
    expect(await readingsAfter(() => sendWith(cold))).toBe(1);
    expect(await readingsAfter(() => sendWith(warm))).toBe(1);
    // A message without RETAIN is a reading, and so is one with DUP: only its identity could tell that it is a copy.
    expect(await readingsAfter(() => send(topic, [warm], { qos, retain: false }))).toBe(1);
    if (qos === 1) expect(await readingsAfter(() => send(topic, [warm], { qos, dup: true }))).toBe(1);
    if (qos === 0) return;
    await site.gateway.kill9();
    await site.gateway.restart();
    expect(await readingsAfter(() => sendWith(warm))).toBe(0);
    expect(await skipped()).toEqual({ [machine]: 1 });
    const said = site.gateway.logs.filter(({ text }) => text.includes('a retained message came again'));
    expect(said.length).toBeGreaterThan(0);
  },
);

it('is stored each time on a route that says so, and where the reading has an identity of its own', async () => {
  for (let n = 1; n <= 3; n++) expect(await readingsAfter(() => send('battery/load/meter', [warm]))).toBe(1);
  const identified = `{"temperature":21.5,"ts":${Date.now()}}`;
  const { resends } = (await statusOf(site.gateway)).placement;
  expect(await readingsAfter(() => send('telemetry/load/clocked', [identified]))).toBe(1);
  expect(await readingsAfter(() => send('telemetry/load/clocked', [identified]))).toBe(0);
  expect((await statusOf(site.gateway)).placement.resends).toBe(resends + 1);
  expect(Object.keys(await skipped())).not.toContain('load/clocked');
});

it('that was a dead letter is tried again each time, so that it is stored when it can be', async () => {
  const letters = async () => (await statusOf(site.gateway)).deadLetters.count;
  const before = await letters();
  await send('telemetry/elsewhere/pump-1', [warm]);
  await send('telemetry/elsewhere/pump-1', [warm]);
  expect(await letters()).toBe(before + 2);
  await restartWith('elsewhere', { machines: [{ match: '*', type: 'generic' }] });
  expect(await readingsAfter(() => send('telemetry/elsewhere/pump-1', [warm]))).toBe(1);
  expect(await readingsAfter(() => send('telemetry/elsewhere/pump-1', [warm]))).toBe(0);
  // In a list with one, all are tried again.
  const half = '[{"machine":"a","temperature":1},{"machine":"b","temperature":"hot"}]';
  expect(await readingsAfter(() => send('telemetry/load/list', [half]))).toBe(1);
  expect(await readingsAfter(() => send('telemetry/load/list', [half]))).toBe(1);
});

it('that was retained before its topic was telemetry is a reading', async () => {
  const topic = 'telemetry/load/gate/inner';
  await send(topic, [warm]);
  await restartWith('inner', {
    routes: [...routes, { topic: 'telemetry/{site}/+/{machine}', format: 'json' }],
  });
  expect(await readingsAfter(() => send(topic, [warm]))).toBe(1);
  expect(await readingsAfter(() => send(topic, [warm]))).toBe(0);
});

it('replaces a machine once, where nothing tells one replacement from the next', async () => {
  const events = async () => {
    const { journals } = await statusOf(site.gateway);
    return journals.find(({ lane }) => lane === 'events')!.lastSeq;
  };
  const before = await events();
  await send('lifecycle/load/tank-9', ['{"state":"replaced"}']);
  const once = await events();
  expect(once).toBeGreaterThan(before);
  await send('lifecycle/load/tank-9', ['{"state":"replaced"}']);
  expect(await events()).toBe(once);
  expect(await skipped()).toMatchObject({ 'load/tank-9': 1 });
});
