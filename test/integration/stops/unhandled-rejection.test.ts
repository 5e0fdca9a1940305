/** A rejected promise that nothing handles stops a process in order, with a stack in its log; nothing that was acknowledged is lost. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { compiledEntry } from '../../../shared/files/paths.ts';
import { LoadGenerator } from '../../load/generator.ts';
import type { ProductProcess } from '../../support/processes.ts';
import { createSite, drained, type Site, until } from '../site.ts';
import { embeddedReadings } from '../stored.ts';

let site: Site;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-rejects-'));
});
afterEach(async () => {
  await site?.dispose();
  rmSync(folder, { recursive: true });
});

const env = () => ({
  NODE_OPTIONS: `--import ${pathToFileURL(compiledEntry('test/support/preloads/unhandled-rejection')).href}`,
  HARBINGER_TEST_REJECTS: join(folder, 'thread'),
});

/** Has a promise rejected in a thread of the process; returns what it says until it ends with code 1. */
async function broken(process: ProductProcess, thread: string): Promise<string> {
  const logged = process.logs.length;
  writeFileSync(join(folder, 'thread'), thread);
  expect(await process.exited()).toEqual({ code: 1, signal: null });
  rmSync(join(folder, 'thread'));
  return process.logs
    .slice(logged)
    .map((line) => JSON.stringify(line))
    .join('\n');
}

it('a gateway ends so by its main thread and by its data thread, and goes on when it is started again', async () => {
  site = await createSite({ gatewayEnv: env() });
  await site.gateway.start();
  await site.cloud.start();
  const load = new LoadGenerator({ port: site.gateway.mqttPort, connections: 2, qos: 1, rate: 200 });
  await load.start();
  for (const [thread, says] of [
    ['main', /nothing handles: the process stops in order/],
    ['data', /the gateway cannot continue/],
  ] as const) {
    const { acked } = load.progress;
    await until(() => load.progress.acked > acked + 100, 'readings');
    const said = await broken(site.gateway, thread);
    expect(said).toMatch(says);
    expect(said).toMatch(new RegExp(`nothing handles this in ${thread}.*unhandled-rejection`));
    await site.gateway.restart();
  }
  await load.stop();
  await drained(site);
  const stored = await embeddedReadings(site.cloud);
  expect(new Set(stored.map(([machine, seq]) => `${machine} ${seq}`)).size).toBe(stored.length);
  expect(stored.length).toBeGreaterThanOrEqual(load.progress.acked);
});

it('a cloud ends so, too', async () => {
  site = await createSite({ cloudEnv: env() });
  await site.cloud.start();
  const said = await broken(site.cloud, 'main');
  expect(said).toMatch(/nothing handles: the process stops in order/);
  expect(said).toMatch(/nothing handles this in main.*unhandled-rejection/);
  await site.cloud.restart();
  expect((await fetch(`${site.cloud.httpUrl}/healthz`)).status).toBe(200);
});
