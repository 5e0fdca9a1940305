/** A gateway that cannot start does not show itself to its cloud, where another one may run under the same name. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ProductProcess } from '../../support/processes.ts';

let dir = '';
/** Stands for the cloud, and holds the port that the gateway wants. */
let server: Server;
const peers: (number | undefined)[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-failed-start-'));
  peers.length = 0;
  server = createServer((socket) => {
    peers.push(socket.remotePort);
    socket.on('error', () => {});
    socket.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
  rmSync(dir, { recursive: true, force: true });
});

it.each(['mqttPort', 'httpPort'] as const)(
  'a gateway whose %s is taken never connects to the cloud',
  async (taken) => {
    const { port } = server.address() as AddressInfo;
    const configFile = join(dir, 'gateway.toml');
    writeFileSync(configFile, `[uplink]\nurl = "mqtt://127.0.0.1:${port}"\n`);
    const dataDir = join(dir, 'data');
    const gateway = new ProductProcess({ command: 'gateway', dataDir, configFile, [taken]: port });
    await expect(gateway.start()).rejects.toThrow(new RegExp(`port ${port} .* is in use`));
    // The server sees connections in their order: once it has seen this one, it has seen all that the gateway made.
    const own = connect(port, '127.0.0.1').on('error', () => {});
    await once(own, 'connect');
    const { localPort } = own;
    own.destroy();
    await vi.waitFor(() => expect(peers).toContain(localPort), 30_000);
    expect(peers).toEqual([localPort]);
  },
);
