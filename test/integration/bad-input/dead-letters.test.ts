/** Dead letters are data that were acknowledged: they are kept whole, and one sender's flood costs nobody else theirs. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { harbinger, harbingerJson } from '../cli.ts';
import { createSite, drained, type Site, startSite, statusOf, until } from '../site.ts';
import { sql } from '../stored.ts';
import { password } from './hostile-input.ts';
import { RawClient } from './raw-client.ts';

interface Letter {
  id: number;
  topic: string;
  client: string;
  user: string;
  code: string;
  payload: string;
}

const listed = async (site: Site) => {
  const { items } = await harbingerJson<{ items: Letter[] }>(
    ...['deadletters', 'list', '--limit', '1000', '--data', site.gatewayDir],
  );
  return items;
};

describe('a list of 1,000 readings of a machine that nobody has declared', () => {
  let site: Site;
  beforeAll(async () => {
    site = await startSite({
      gateway: { broker: { anonymous: 'refuse', users: [{ name: 'press', password }] } },
    });
  });
  afterAll(() => site?.dispose());

  it('is kept whole, and is 1,000 readings when it is sent again after the machine was declared', async () => {
    const firstMs = Date.now() - 1_000_000;
    const readings = Array.from({ length: 1_000 }, (_, i) => ({
      ts: firstMs + i,
      seq: i,
      force: i * 1.5,
      temperature_of_the_hydraulic_oil: i / 7,
      position_of_the_ram: i / 3,
    }));
    const payload = JSON.stringify(readings);
    expect(payload.length).toBeGreaterThan(64 << 10);
    const sensor = await RawClient.login(site.gateway.mqttPort, 'press', 'press', password);
    await sensor.publish(1, 'telemetry/newhall/press-1', payload);
    sensor.end();
    const [letter, ...others] = await listed(site);
    expect(others).toEqual([]);
    expect(letter!.code).toBe('MACHINE_UNKNOWN');
    expect(Buffer.from(letter!.payload, 'base64').toString()).toBe(payload);

    await site.gateway.stop();
    await site.dropIn('newhall', { machines: [{ match: 'newhall/*', type: 'generic' }] });
    await site.gateway.start();
    const answer = await harbinger('deadletters', 'redrive', '--all', '--data', site.gatewayDir);
    expect(answer.stdout).toBe('1 redriven\n');
    const { pipeline, deadLetters } = await statusOf(site.gateway);
    expect(pipeline).toMatchObject({ readings: 1_000, deadLetters: 0 });
    expect(deadLetters.count).toBe(0);
    await drained(site);
    const query = `select count(*), sum(force), count(position_of_the_ram) from generic where machine = 'press-1'`;
    expect(await sql(site.cloud, query)).toEqual([[1_000, 749_250, 1_000]]);
  });
});

describe('a sender of 31 messages that are 1,000 dead letters each', () => {
  let site: Site;
  beforeAll(async () => {
    site = await createSite({
      gateway: {
        deadLetters: { countMax: 2_000 },
        broker: {
          anonymous: 'refuse',
          users: [
            { name: 'noisy', password },
            { name: 'calm', password },
          ],
        },
      },
    });
    await site.gateway.start();
  });
  afterAll(() => site?.dispose());

  it('loses its own oldest ones, which is counted and said, and nobody else loses any', async () => {
    const { mqttPort } = site.gateway;
    const calm = await RawClient.login(mqttPort, 'calm-1', 'calm', password);
    const noisy = await RawClient.login(mqttPort, 'noisy-1', 'noisy', password);
    for (let i = 1; i <= 50; i++) await calm.publish(i, `telemetry/nowhere/important-${i}`, `{"seq":${i}}`);
    await noisy.publish(1, 'telemetry/nowhere/few', '{}');
    const noise = `[${Array(1_000).fill('{}').join(',')}]`;
    for (let i = 2; i <= 32; i++) await noisy.publish(i, 'telemetry/load/noisy', noise);
    await calm.publish(51, 'telemetry/nowhere/important-51', '{"seq":51}');
    for (const client of [calm, noisy]) client.end();

    const { deadLetters } = await site.gateway.json<{
      deadLetters: { count: number; dropped: number; droppedBy: Record<string, number> };
    }>('/api/status');
    expect(deadLetters).toMatchObject({ count: 2_000, dropped: 29_052, droppedBy: { count: 29_052 } });
    const kept = new Map<string, number>();
    for (let page = { items: [] as Letter[], nextBeforeId: 1e9 as number | null }; page.nextBeforeId; ) {
      page = await site.gateway.json(`/api/deadletters?limit=1000&beforeId=${page.nextBeforeId}`);
      for (const { topic, user } of page.items)
        kept.set(`${user} ${topic}`, (kept.get(`${user} ${topic}`) ?? 0) + 1);
    }
    for (let i = 1; i <= 51; i++) expect(kept.get(`calm telemetry/nowhere/important-${i}`)).toBe(1);
    expect(kept.get('noisy telemetry/nowhere/few')).toBe(1);
    expect(kept.get('noisy telemetry/load/noisy')).toBe(2_000 - 52);
    // Metrics are of the last second.
    const counted = () => site.gateway.metric('harbinger_dead_letters_dropped_total');
    await until(async () => (await counted()) === 29_052, 'the metric to count all that were dropped');
    await site.gateway.stop();
    const said = site.gateway.logs.filter(({ text }) => text.includes('deadLetters.countMax'));
    expect(said.reduce((sum, { json }) => sum + Number(json?.dropped), 0)).toBe(29_052);
    for (const { json } of said)
      expect(json?.example).toMatchObject({
        user: 'noisy',
        client: 'noisy-1',
        topic: 'telemetry/load/noisy',
      });
  });
});
