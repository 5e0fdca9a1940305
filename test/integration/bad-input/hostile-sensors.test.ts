import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LoadGenerator } from '../../load/generator.ts';
import { harbinger, harbingerJson } from '../cli.ts';
import { drained, type Site, startSite, statusOf, until } from '../site.ts';
import { embeddedReadings, sql } from '../stored.ts';
import { badConnects, badMessages, badPackets, deep, password } from './hostile-input.ts';
import { RawClient } from './raw-client.ts';

interface Letter {
  id: number;
  topic: string;
  client: string;
  stage: string;
  code: string;
  reason: string;
  payload: string;
}

describe('hostile input to a gateway that also serves a good sensor', () => {
  let site: Site;
  let port: number;
  let good: LoadGenerator;

  const deadLetters = async () =>
    (await site.gateway.json<{ items: Letter[] }>('/api/deadletters?limit=1000')).items;
  const refused = async (reason: string) => {
    const { broker } = await site.gateway.json<{ broker: { refused: Record<string, number> } }>(
      '/api/status',
    );
    return broker.refused[reason] ?? 0;
  };

  beforeAll(async () => {
    site = await startSite({
      gateway: {
        broker: {
          anonymous: 'refuse',
          users: [
            { name: 'sensors', password, publish: ['telemetry/#', 'lifecycle/#'] },
            { name: 'hall', password, publish: ['telemetry/hall/#'] },
          ],
        },
      },
    });
    port = site.gateway.mqttPort;
    good = new LoadGenerator({
      port,
      connections: 4,
      qos: 1,
      rate: 200,
      username: 'sensors',
      password,
    });
    await good.start();
  });
  afterAll(async () => {
    await good?.stop();
    await site?.dispose();
  });

  it.each(badPackets)('%s: the connection is closed, and counted as "%s"', async (_, reason, user, bytes) => {
    const before = await refused(reason);
    const client = user
      ? await RawClient.login(port, `bad-${user}`, user, password)
      : await RawClient.open(port);
    client.write(bytes);
    await client.isClosed();
    expect(client.received.some(({ cmd }) => cmd === 'puback')).toBe(false);
    expect(await refused(reason)).toBe(before + 1);
  });

  it.each(badConnects)('%s: refused with return code %i', async (_, returnCode, bytes) => {
    const client = await RawClient.open(port);
    client.write(bytes);
    await client.isClosed();
    expect(client.returnCode).toBe(returnCode);
  });

  it('messages that are not readings are acknowledged, and become dead letters with the reason', async () => {
    const sensor = await RawClient.login(port, 'clumsy', 'sensors', password);
    for (const [i, [, topic, payload]] of badMessages.entries()) await sensor.publish(i + 1, topic, payload);
    await sensor.publish(999, 'telemetry/plant/p1', '{"vibration_x": 1.5}');
    sensor.end();

    const letters = (await deadLetters()).reverse();
    expect(letters.map(({ topic, code }) => ({ topic, code }))).toEqual(
      badMessages.map(([, topic, , code]) => ({ topic: topic.toString(), code })),
    );
    for (const letter of letters) {
      expect(letter.reason.length).toBeGreaterThan(10);
      expect(letter).toMatchObject({ client: 'clumsy' });
    }
    const { pipeline, deadLetters: kept } = await statusOf(site.gateway);
    expect(pipeline.deadLetters).toBe(badMessages.length);
    expect(kept.count).toBe(badMessages.length);
  });

  it('only the bad readings of a list become dead letters', async () => {
    const before = (await deadLetters()).length;
    const sensor = await RawClient.login(port, 'mixed', 'sensors', password);
    const bad = `{"vibration_x": ${deep(30_000)}}`;
    await sensor.publish(
      1,
      'telemetry/plant/p2',
      `[{"vibration_x":1},${bad},{"vibration_x":999},{"vibration_x":2}]`,
    );
    sensor.end();
    expect((await deadLetters()).slice(0, -before).map(({ code }) => code)).toEqual([
      'CONTRACT_RANGE',
      'CONTRACT_TYPE',
    ]);
    await drained(site);
    const rows = await sql<[number]>(
      site.cloud,
      "select vibration_x from pump where machine = 'p2' order by 1",
    );
    expect(rows).toEqual([[1], [2]]);
  });

  it('a dead letter is shown completely, with the payload as it was sent', async () => {
    const [, topic, payload] = badMessages[7]!;
    const letters = await deadLetters();
    const ids = letters.map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted((a, b) => b - a));
    const first = letters.findLast(({ code }) => code === 'CONTRACT_TYPE')!;
    const shown = await harbingerJson<Letter>(
      'deadletters',
      'show',
      String(first.id),
      '--data',
      site.gatewayDir,
    );
    expect(shown).toMatchObject({ topic, stage: 'contract', code: 'CONTRACT_TYPE' });
    expect(Buffer.from(shown.payload, 'base64').toString()).toBe(payload);

    const forPeople = await harbinger('deadletters', 'show', String(first.id), '--data', site.gatewayDir);
    expect(forPeople.stdout).toContain("sensor 'vibration_x' of plant/p1 must be a number");
    const missing = await harbinger('deadletters', 'show', '987654', '--data', site.gatewayDir);
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('no dead letter 987654') });
  });

  it('once the machine is configured, its dead letter can be redriven into the store, and the others dropped', async () => {
    await site.dropIn('attic', {
      machines: [
        { match: 'load/*', type: 'generic' },
        { match: 'plant/*', type: 'pump' },
        { match: 'attic/*', type: 'generic' },
      ],
    });
    expect(await site.gateway.stop()).toEqual({ code: 0, signal: null });
    await site.gateway.restart();
    const before = await deadLetters();
    const unknown = before.find(({ code }) => code === 'MACHINE_UNKNOWN')!;
    const hopeless = before.find(({ code }) => code === 'DECODE_JSON')!;

    const data = ['--data', site.gatewayDir];
    const ids = [unknown, hopeless].map(({ id }) => String(id));
    const { code, stdout } = await harbinger('deadletters', 'redrive', ...ids, ...data, '--json');
    expect(JSON.parse(stdout)).toEqual({ redriven: 2, failedAgain: 1, unknown: [] });
    expect(code, 'one failed again').toBe(1);
    await drained(site);
    const rows = await sql(site.cloud, "select site, machine, temperature from generic where site = 'attic'");
    expect(rows).toEqual([['attic', 'fan', 20]]);

    const after = await deadLetters();
    expect(after).toHaveLength(before.length - 1);
    expect(after.some(({ id }) => id === unknown.id || id === hopeless.id)).toBe(false);
    expect(after[0]).toMatchObject({ code: 'DECODE_JSON', topic: hopeless.topic });

    expect(await harbingerJson('deadletters', 'drop', String(after[0]!.id), ...data)).toEqual({ dropped: 1 });
    expect(await harbingerJson('deadletters', 'drop', '--all', ...data)).toEqual({
      dropped: after.length - 1,
    });
    expect(await deadLetters()).toEqual([]);
  });

  it('the good sensor lost nothing meanwhile, and the store contains nothing else', async () => {
    const report = await good.stop();
    expect(report).toMatchObject({ end: 'stopped', acked: report.sent });
    await drained(site);
    const stored = (await embeddedReadings(site.cloud)).filter(([machine]) => machine.startsWith('m'));
    expect(good.ledger.compare(stored)).toMatchObject({ lostCount: 0, repeatedCount: 0, strangers: 0 });
    const machines = await sql<[string]>(site.cloud, 'select distinct machine from generic order by 1');
    expect(machines.flat()).toEqual(['fan', 'm0', 'm1', 'm2', 'm3']);
    const { items } = await site.cloud.json<{ items: unknown[] }>('/api/quarantine');
    expect(items).toEqual([]);
    await until(
      async () => (await site.gateway.metric('harbinger_dead_letters')) === 0,
      'the metric of kept dead letters to be 0, since all were dropped',
    );
    expect(await site.gateway.metric('harbinger_dead_letters_total')).toBeGreaterThan(0);
  });
});
