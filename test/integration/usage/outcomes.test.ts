/**
 * Outcomes of warnings: inferred from what is reported of a machine, said by people on the command line, kept over
 * kills of the cloud and the gateway, each in effect once.
 */
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Outcome } from '../../../cloud/ports/outcomes/outcomes.ts';
import { harbinger, harbingerJson } from '../cli.ts';
import { connectSensor, createFanSite, fanType, sendWatched } from '../fan.ts';
import { drained, type Site, until } from '../site.ts';

const fan = fanType('stepMs = 100\nsilentAfterMs = 0', 'warn = 4.5\nalarm = 7.1');
const minuteMs = 60_000;
const beganMs = Math.floor(Date.now() / minuteMs) * minuteMs - 400 * minuteMs;

let site: Site;
let sensor: MqttClient;
const sent = new Map<string, number>();

beforeAll(async () => {
  const everything = { name: 'all', password: 'password-of-all', publish: ['#'], subscribe: [] };
  site = await createFanSite(fan, { gateway: { broker: { users: [everything] } } });
  await site.cloud.start();
  await site.gateway.start();
  await connect();
});
afterAll(async () => {
  await sensor?.endAsync(true);
  await site?.dispose();
});

async function connect(): Promise<void> {
  sensor = await connectSensor(site, { username: 'all', password: 'password-of-all', clientId: 'hall' });
}
async function send(machine: string, value: number, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const n = sent.get(machine) ?? 0;
    sent.set(machine, n + 1);
    await sendWatched(site, sensor, machine, { timestamp: beganMs + n * minuteMs, vibration_x: value });
  }
}
const report = (machine: string, state: string) =>
  sensor.publishAsync(`lifecycle/hall/${machine}`, JSON.stringify({ state }), { qos: 1 });

const outcomes = async () => (await site.cloud.json<{ outcomes: Outcome[] }>('/api/outcomes')).outcomes;
const of = async (machine: string, kind: Outcome['kind']) =>
  (await outcomes()).filter((each) => each.machine === machine && each.kind === kind);
const url = () => ['--url', site.cloud.httpUrl];
async function succeeds(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await harbinger(...args, ...url());
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

it('a machine that fails with a warning open confirms it, and one that fails without was missed', async () => {
  await send('fan-1', 6.2, 3);
  await until(async () => (await of('fan-1', 'warning')).length === 1, 'the warning');
  expect(await of('fan-1', 'warning')).toMatchObject([
    { verdict: 'unknown', endedAt: null, confidence: null, raisedBy: { policy: 'limit' } },
  ]);
  await send('fan-2', 1, 3);
  for (const machine of ['fan-1', 'fan-2']) await report(machine, 'failed');
  await until(async () => (await outcomes()).length === 3, 'the failures');
  const hasEnded = (each?: Outcome) => each?.kind === 'warning' && each.endedAt !== null;
  await until(async () => hasEnded((await of('fan-1', 'warning'))[0]), 'the end of the warning');
  expect(await of('fan-1', 'warning')).toMatchObject([
    { verdict: 'confirmed', isInferred: true, ending: 'failed', failedAt: expect.any(String) },
  ]);
  expect(await of('fan-2', 'failure')).toMatchObject([{ verdict: 'missed', isInferred: true, warnings: [] }]);
});

it('a person corrects it, says why, and is recorded; what is known of the failure follows', async () => {
  const [warning] = await of('fan-1', 'warning');
  const said = await succeeds(
    ...['alerts', 'outcome', warning!.id, 'false-alarm', '--cause', 'the seal broke', '--by', 'maria'],
  );
  expect(said).toBe(`hall/fan-1: warning ${warning!.id}: false alarm\n`);
  expect(await of('fan-1', 'failure')).toMatchObject([{ verdict: 'missed', warnings: [] }]);
  expect(await succeeds('alerts', 'show', warning!.id)).toContain(
    'Outcome:         false alarm by maria: the seal broke\n',
  );
  expect(await succeeds('audit', '--limit', '1')).toContain('outcomes.set');

  const [missed] = await of('fan-2', 'failure');
  await succeeds('outcomes', 'set', missed!.id, 'planned', '--note', 'a test run', '--by', 'maria');
  const shown = await succeeds('outcomes', 'show', missed!.id);
  expect(shown).toContain('missed, inferred: no warning was open, nor had been shortly before\n');
  expect(shown).toContain('planned by maria: a test run\n');
});

it('all of it is there once after the cloud and the gateway were killed, and goes on', async () => {
  await drained(site);
  const before = await outcomes();
  await sensor.endAsync(true);
  await site.gateway.kill9();
  await site.cloud.kill9();
  await site.cloud.restart();
  await site.gateway.restart();
  await connect();
  await drained(site);
  expect(await outcomes()).toEqual(before);
  await report('fan-1', 'replaced');
  await report('fan-1', 'failed');
  await until(async () => (await of('fan-1', 'failure')).length === 2, 'another failure');
  expect((await of('fan-1', 'failure')).map(({ verdict }) => verdict)).toEqual(['missed', 'missed']);
});

it('a failure that nobody reported is added, once', async () => {
  const at = new Date(Date.now() - 3 * 24 * 60 * minuteMs).toISOString();
  const add = ['outcomes', 'add', 'hall/fan-2', '--at', at, '--cause', 'fuse', '--by', 'maria'];
  const { outcome } = await harbingerJson<{ outcome: Outcome }>(...add, ...url());
  expect(outcome).toMatchObject({ kind: 'failure', verdict: 'missed', isInferred: false, failedAt: at });
  await succeeds(...add);
  expect(await of('fan-2', 'failure')).toHaveLength(2);
  const { code, stderr } = await harbinger('outcomes', 'set', outcome.id, 'false-alarm', ...url());
  expect([code, stderr]).toEqual([1, expect.stringContaining('is a failure and no alarm')]);
  const unknown = await harbinger('alerts', 'outcome', 'nothing', 'confirmed', ...url());
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining("'nothing' is known")]);
});

it('the figures say how many were right, and of how many', async () => {
  const text = await succeeds('outcomes', 'statistics', '--last', '40');
  expect(text).toContain('of the last 1 warning 0 were confirmed (0 %, 0 to 79 %)');
  const { all } = await harbingerJson<{ all: { recall: object } }>('outcomes', 'statistics', ...url());
  expect(all).toMatchObject({ precision: { count: 0, of: 1 }, recall: { count: 0, of: 3 } });
  const list = await succeeds('outcomes', 'list', '--machine', 'hall/fan-2');
  expect(list).toMatch(/missed +failure +hall\/fan-2 .* maria +fuse +failure-/);
});
