/**
 * Bounds (test/integration/bounds): full disks, full journals, long backlogs and memory. Nothing that was acknowledged is
 * lost when a bound is reached, and work goes on when there is room again.
 *
 * Gateway and cloud on disks that are completely full at their start, and with a log that cannot be written.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { compiledEntry } from '../../../shared/files/paths.ts';
import { type Disk, makeDisk } from '../../chaos/site/disk.ts';
import { freePort } from '../../support/ports.ts';
import type { ProductProcess } from '../../support/processes.ts';
import { createSite, drained, linkPassword, type Site, statusOf, until } from '../site.ts';
import { sql } from '../stored.ts';

let site: Site;
let disk: Disk | null = null;
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all([site.gateway.stop(), site.cloud.stop()]);
  disk?.close();
  disk = null;
  await site.dispose();
});

interface Answer {
  status: number;
  reasons: string;
}

async function readyAt(url: string): Promise<Answer | null> {
  const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
  return answer && { status: answer.status, reasons: await answer.text() };
}

const message = (seq: number, values = 1) => {
  // Digits that no compression makes fit into the end of a file's last block.
  const numbers = Array.from({ length: values }, (_, i) => [`v${i}`, Math.sin(seq * 1_000 + i)]);
  return JSON.stringify({ seq, ...Object.fromEntries(numbers) });
};

describe('on a disk of its own (needs root)', () => {
  /** Gives one side a small disk; returns why that is not possible, or null. */
  async function siteOnDisk(side: 'gateway' | 'cloud', mib: number): Promise<string | null> {
    site = await createSite({ gateway: { journal: { bytesMax: 8 << 20 } } });
    disk = makeDisk(site.folder, side, mib);
    return disk.unavailable;
  }

  /** Starts a process on the full disk, frees it when `whileFull` has resolved, and waits until it is ready. */
  async function startFull(
    process: ProductProcess,
    url: string,
    whileFull: () => Promise<void>,
  ): Promise<void> {
    disk!.fill();
    const starting = process.start();
    starting.catch(() => {}); // it is awaited below
    await until(async () => (await readyAt(url))?.status === 503, 'an answer that it is not ready');
    expect((await readyAt(url))?.reasons).toMatch(/the disk of .* is full.*free some/);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await whileFull();
    disk!.free();
    await starting;
    await until(async () => (await readyAt(url))?.status === 200, 'to be ready');
  }

  it('the gateway starts, acknowledges nothing that it cannot write, and goes on when there is space', async ({
    skip,
  }) => {
    const why = await siteOnDisk('gateway', 24);
    if (why !== null) return skip(why);
    const { gateway } = site;
    await gateway.start();
    const { mqttUrl, httpUrl } = gateway;
    const before = await mqtt.connectAsync(mqttUrl, { reconnectPeriod: 0 });
    for (let seq = 1; seq <= 20; seq++)
      await before.publishAsync('telemetry/load/a', message(seq), { qos: 1 });
    await before.endAsync(true);
    await gateway.kill9();
    // Lists of readings, each larger than what the file system still finds now and then: they stop at some list.
    const listOf = (first: number) =>
      JSON.stringify(
        Array.from({ length: 20 }, (_, i) => ({
          ...JSON.parse(message(first + i, 60)),
          timestamp: Date.now() - 60_000 + first + i,
        })),
      );
    let [sent, acked] = [20, 20];
    let isFull = false;
    let sending: Promise<void> = Promise.resolve();
    await startFull(gateway, httpUrl, async () => {
      const sensor = await mqtt.connectAsync(mqttUrl, { reconnectPeriod: 200, clean: false, clientId: 's' });
      const send = async () => {
        while (!isFull) {
          const list = listOf(sent + 1);
          sent += 20;
          await sensor.publishAsync('telemetry/load/a', list, { qos: 1 });
          acked += 20;
        }
        await sensor.endAsync(true);
      };
      sending = send();
      await until(
        () =>
          gateway.logs.some(
            ({ text, json }) => text.includes('journal cannot be written') && json?.lane === 'readings',
          ),
        'the reason in the log',
      );
      isFull = true;
      expect((await readyAt(httpUrl))?.status).toBe(503);
      expect(acked).toBe(sent - 20);
    });
    await sending;
    await site.cloud.start();
    await drained(site);
    const rows = await sql(site.cloud, "select count(*) from generic where machine = 'a'");
    expect(rows).toEqual([[sent]]);
  });

  it('the cloud starts, confirms nothing that it cannot store, and goes on when there is space', {
    tags: ['long'],
  }, async ({ skip }) => {
    const why = await siteOnDisk('cloud', 64);
    if (why !== null) return skip(why);
    const { gateway, cloud } = site;
    await cloud.start();
    await gateway.start();
    const sensor = await mqtt.connectAsync(gateway.mqttUrl, { reconnectPeriod: 0 });
    const publish = (seq: number) => sensor.publishAsync('telemetry/load/a', message(seq, 300), { qos: 1 });
    await publish(1);
    await drained(site);
    await cloud.kill9();
    for (let seq = 2; seq <= 40; seq++) await publish(seq);
    await startFull(cloud, cloud.httpUrl, () =>
      until(async () => (await statusOf(gateway)).uplink.connected, 'the gateway to be connected'),
    );
    await drained(site);
    await sensor.endAsync(true);
    expect(await sql(cloud, "select count(*) from generic where machine = 'a'")).toEqual([[40]]);
  });

  it.for(['gateway', 'cloud'] as const)('a first start of the %s waits for space', async (side, { skip }) => {
    const why = await siteOnDisk(side, 24);
    if (why !== null) return skip(why);
    disk!.fill();
    const [mqttPort, httpPort] = [await freePort(), await freePort()];
    const child = start(side, mqttPort, httpPort, 'ignore');
    const url = `http://127.0.0.1:${httpPort}`;
    await until(async () => (await readyAt(url))?.status === 503, 'an answer that it is not ready');
    expect((await readyAt(url))?.reasons).toMatch(/is full, and starting needs space there/);
    expect(await fetch(`${url}/api/status`)).toMatchObject({ status: 503 });
    disk!.free();
    await until(async () => (await readyAt(url))?.status === 200, 'to be ready');
    expect(child.exitCode).toBeNull();
  });
});

/** Starts one side with its stderr as given. */
function start(
  side: 'gateway' | 'cloud',
  mqttPort: number,
  httpPort: number,
  stderr: 'ignore' | 'pipe' | number,
): ChildProcess {
  const child = spawn(
    process.execPath,
    [
      ...[compiledEntry('deploy/cli/main'), side, '--config', join(site.folder, `${side}.toml`)],
      ...['--data', join(site.folder, side), '--mqtt-port', `${mqttPort}`, '--http-port', `${httpPort}`],
    ],
    { stdio: ['ignore', 'ignore', stderr] },
  );
  children.push(child);
  return child;
}

describe.each(['gateway', 'cloud'] as const)('the %s goes on', (side) => {
  it.each(['on a full disk', 'in a closed pipe'])('while its log is %s', async (where) => {
    site = await createSite({
      gateway: { broker: { users: [{ name: 'sensors', password: 'a-sensor-password' }] } },
    });
    const [mqttPort, httpPort] = [await freePort(), await freePort()];
    const full = openSync('/dev/full', 'w');
    const child = start(side, mqttPort, httpPort, where === 'on a full disk' ? full : 'pipe');
    closeSync(full);
    child.stderr?.destroy();
    const url = `http://127.0.0.1:${httpPort}`;
    await until(async () => (await readyAt(url))?.status === 200, 'to be ready');
    const broker = `mqtt://127.0.0.1:${mqttPort}`;
    const user =
      side === 'gateway'
        ? { username: 'sensors', password: 'a-sensor-password', clientId: 's' }
        : { username: 'site1', password: linkPassword, clientId: 's' };
    // Each wrong password is a line in the log.
    for (let i = 0; i < 3; i++)
      await expect(
        mqtt.connectAsync(broker, { ...user, password: 'wrong', reconnectPeriod: 0 }),
      ).rejects.toThrow();
    const client = await mqtt.connectAsync(broker, { ...user, reconnectPeriod: 0 });
    if (side === 'gateway') await client.publishAsync('telemetry/load/a', message(1), { qos: 1 });
    await client.endAsync(true);
    expect([child.exitCode, child.signalCode]).toEqual([null, null]);
    child.kill('SIGTERM');
    await until(() => child.exitCode !== null, 'it to stop');
    expect(child.exitCode).toBe(0);
  });
});
