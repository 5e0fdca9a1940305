/**
 * The heartbeat of both sides, called at a real HTTP server: it goes on while a side works, and stops when it does not, for
 * as long as that lasts.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type Disk, makeDisk } from '../../chaos/site/disk.ts';
import { createSite, type Site, until } from '../site.ts';

const pings = { gateway: 0, cloud: 0 };
let server: Server;
let site: Site;
let disk: Disk | null = null;

async function start(): Promise<void> {
  server = createServer(({ url }, response) => {
    if (url === '/gateway' || url === '/cloud') pings[url === '/cloud' ? 'cloud' : 'gateway'] += 1;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const heartbeat = (side: string) => ({ everyS: 1, url: `${base}/${side}` });
  site = await createSite({
    gateway: { heartbeat: heartbeat('gateway'), journal: { bytesMax: 8 << 20 } },
    cloud: { heartbeat: heartbeat('cloud') },
  });
}

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await site.gateway.stop();
  await site.cloud.stop();
  disk?.close();
  disk = null;
  await site.dispose();
});

const beats = async (side: 'gateway' | 'cloud') => {
  const before = pings[side];
  await until(() => pings[side] >= before + 2, `heartbeats of the ${side}`);
};
const withheld = async () => {
  const { heartbeat } = await site.gateway.json<{ heartbeat: { withheld: number } }>('/api/status');
  return heartbeat.withheld;
};

it('both sides send it; that of a process that was killed stops, and comes back with it', async () => {
  await start();
  await site.cloud.start();
  await site.gateway.start();
  await beats('gateway');
  await beats('cloud');
  await site.cloud.kill9();
  const last = pings.cloud;
  await beats('gateway');
  expect(pings.cloud).toBe(last);
  await site.cloud.restart();
  await beats('cloud');
});

it('a gateway whose disk is full sends none until there is space (needs root)', async ({ skip }) => {
  await start();
  disk = makeDisk(site.folder, 'gateway', 24);
  if (disk.unavailable !== null) skip(disk.unavailable);
  await site.gateway.start();
  await beats('gateway');
  disk.fill();
  await until(async () => (await withheld()) >= 3, 'heartbeats that are withheld');
  const last = pings.gateway;
  const before = await withheld();
  await until(async () => (await withheld()) >= before + 3, 'more of them');
  expect(pings.gateway).toBe(last);
  disk.free();
  await beats('gateway');
});
