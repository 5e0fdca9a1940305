import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeFile, readBody } from '../../../gateway/watch/saved-baselines/record.ts';
import { Detector } from '../../../shared/detector/detector.ts';
import { createSite, type Site, until } from '../site.ts';

const machines = ['a', 'b', 'c'];

describe('the learned baselines of a gateway', () => {
  let site: Site;
  let sent = 0;
  const startMs = Date.now() - 3_600_000;

  beforeAll(async () => {
    site = await createSite({ gateway: { intelligence: { saveNormalsMs: 100 } } });
    await site.gateway.start();
  });
  afterAll(async () => {
    await site?.dispose();
  });

  /** Sends so many further rows of each machine, a second apart. Resolves when all are acknowledged. */
  async function send(rows: number): Promise<void> {
    const client = await connectAsync(site.gateway.mqttUrl, { reconnectPeriod: 0 });
    for (let i = 0; i < rows; i++, sent++) {
      const payload = JSON.stringify({ ts: startMs + 1_000 * sent, x: Math.sin(sent), y: sent % 7 });
      await Promise.all(
        machines.map((name) => client.publishAsync(`telemetry/load/${name}`, payload, { qos: 1 })),
      );
    }
    await client.endAsync(true);
  }

  const metric = (name: string) => site.gateway.metric(`harbinger_normals_${name}`);
  const folder = () => join(site.gatewayDir, 'normals');

  /** Number of rows that each machine's baseline on disk has learned. */
  async function learntRows(): Promise<Record<string, number>> {
    const rows: Record<string, number> = {};
    for (const name of await readdir(folder())) {
      if (!name.endsWith('.normals')) continue;
      const { records, problem } = decodeFile(await readFile(join(folder(), name)));
      expect(problem).toBeNull();
      for (const record of records) {
        const { detector } = readBody(record, record.head.sensors!.length);
        rows[record.head.machine] = Detector.fromBytes(detector).rows;
      }
    }
    return rows;
  }

  const each = (rows: number) => Object.fromEntries(machines.map((name) => [name, rows]));

  it('survive kill -9, and learn each row once', async () => {
    await send(60);
    await until(async () => isDeepStrictEqual(await learntRows(), each(60)), 'all to be written');
    for (let kill = 0; kill < 2; kill++) {
      // The kill may come before, while or after the rows are written.
      await send(13 + 5 * kill);
      await site.gateway.kill9();
      await site.gateway.restart();
    }
    await send(10);
    await until(
      async () => (await metric('restored')) === machines.length,
      'the baselines of all machines to be restored',
    );
    await site.gateway.stop();
    expect(await learntRows()).toEqual(each(sent));
  });

  it('are learned anew where the disk damaged them; readings are not affected', async () => {
    const name = (await readdir(folder())).find((file) => file.endsWith('.normals'))!;
    const bytes = await readFile(join(folder(), name));
    bytes[Math.floor(bytes.length / 2)]! ^= 1;
    await writeFile(join(folder(), name), bytes);
    const linesBefore = site.gateway.logs.length;
    await site.gateway.restart();
    await send(20);
    await until(async () => (await metric('damaged')) === 1, 'the damage to be counted');
    await site.gateway.stop();
    const said = site.gateway.logs.slice(linesBefore).filter(({ json }) => json?.code === 'NORMALS_DAMAGED');
    expect(said).toHaveLength(1);
    expect(await readdir(folder())).toContain(`${name}.set-aside`);
    // The journal's tail still contains every row.
    expect(await learntRows()).toEqual(each(sent));
  });
});
