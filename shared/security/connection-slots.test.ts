import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, connect as tlsConnect } from 'node:tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeCertificate, noOpenssl } from '../../test/support/openssl.ts';
import { ConnectionSlots, closeFailedHandshakes } from './connection-slots.ts';

const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** A server with `connectionsMax` slots, and the sockets that it accepted, in order. */
async function start(connectionsMax: number, server = createServer()) {
  const refused = vi.fn();
  const displaced = vi.fn();
  const slots = new ConnectionSlots({ connectionsMax, refused, displaced });
  slots.attach(server);
  const accepted: Socket[] = [];
  server.on('connection', (socket) => {
    socket.on('error', () => undefined);
    accepted.push(socket);
  });
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  cleanups.push(() => {
    for (const socket of accepted) socket.destroy();
    server.close();
  });
  /** Connects from an address of this computer, and resolves when the server has accepted it. */
  const open = async (localAddress: string) => {
    const count = accepted.length;
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    socket.on('error', () => undefined);
    cleanups.push(() => socket.destroy());
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    socket.resume();
    await vi.waitFor(() => expect(accepted.length).toBe(count + 1));
    return { socket, closed, server: accepted.at(-1)! };
  };
  return { slots, server, port, accepted, open, refused, displaced };
}

describe('a new connection, where all slots are taken', () => {
  it('gets that of the oldest waiting one of the address with most waiting', async () => {
    const { open, displaced, refused } = await start(4);
    const lone = await open('127.0.0.2');
    const first = await open('127.0.0.3');
    const second = await open('127.0.0.3');
    await open('127.0.0.4');
    const late = await open('127.0.0.5');
    await first.closed;
    expect(displaced.mock.calls).toEqual([['127.0.0.3']]);
    expect(refused).not.toHaveBeenCalled();
    for (const { server } of [lone, second, late]) expect(server.destroyed).toBe(false);
  });

  it('is closed where none waits', async () => {
    const { slots, open, refused, displaced } = await start(2);
    const held = [await open('127.0.0.2'), await open('127.0.0.2')];
    for (const { server } of held) slots.occupy(server);
    const late = await open('127.0.0.9');
    await late.closed;
    expect(refused.mock.calls).toEqual([['127.0.0.9']]);
    expect(displaced).not.toHaveBeenCalled();
    for (const { server } of held) expect(server.destroyed).toBe(false);
  });

  it('gets the slot of one that is idle again', async () => {
    const { slots, open } = await start(2);
    const idle = await open('127.0.0.2');
    const busy = await open('127.0.0.2');
    for (const { server } of [idle, busy]) slots.occupy(server);
    slots.vacate(idle.server);
    await open('127.0.0.3');
    await idle.closed;
    expect(busy.server.destroyed).toBe(false);
  });

  it('needs none if another one has disconnected', async () => {
    const { open, displaced } = await start(1);
    const gone = await open('127.0.0.2');
    const closed = once(gone.server, 'close');
    gone.socket.destroy();
    await closed;
    await open('127.0.0.3');
    expect(displaced).not.toHaveBeenCalled();
  });
});

it('one port of a client that is connected to two servers has two connections', async () => {
  const first = await start(2);
  const second = createServer();
  const accepted: Socket[] = [];
  first.slots.attach(second);
  second.on('connection', (socket) => accepted.push(socket));
  second.listen(0, '127.0.0.1');
  await once(second, 'listening');
  const here = await first.open('127.0.0.2');
  const { port } = second.address() as { port: number };
  const options = { port, host: '127.0.0.1', localAddress: '127.0.0.2', localPort: here.socket.localPort! };
  const there = connect(options).on('error', () => undefined);
  cleanups.push(() => {
    for (const socket of [there, ...accepted]) socket.destroy();
    second.close();
  });
  await vi.waitFor(() => expect(accepted).toHaveLength(1));
  first.slots.occupy(accepted[0]!);
  await first.open('127.0.0.3');
  await here.closed;
  expect(first.displaced.mock.calls).toEqual([['127.0.0.2']]);
  expect(accepted[0]!.destroyed).toBe(false);
});

it('ten thousand connections of one address leave one of another address alone', async () => {
  const { open, accepted, port } = await start(50);
  const good = await open('127.0.0.2');
  for (let sent = 0; sent < 10_000; sent += 200) {
    const count = accepted.length;
    for (let n = 0; n < 200; n++) {
      const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.3' });
      socket.on('error', () => undefined);
      cleanups.push(() => socket.destroy());
    }
    await vi.waitFor(() => expect(accepted.length).toBe(count + 200), { timeout: 120_000 });
  }
  expect(good.server.destroyed).toBe(false);
});

function tlsServer() {
  const dir = mkdtempSync(join(tmpdir(), 'harbinger-slots-'));
  cleanups.push(() => rmSync(dir, { recursive: true }));
  const [certFile, keyFile] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
  makeCertificate(certFile, keyFile, '-subj', '/CN=localhost');
  return createTlsServer({ cert: readFileSync(certFile), key: readFileSync(keyFile), handshakeTimeout: 100 });
}

describe.skipIf(noOpenssl !== null)('with TLS (needs openssl)', () => {
  it('one that does not even begin its handshake waits; one that signs in after it does not', async () => {
    const { slots, server, port, open, displaced } = await start(2, tlsServer());
    const silent = await open('127.0.0.2');
    const secure = once(server, 'secureConnection');
    const client = tlsConnect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    client.on('error', () => undefined);
    cleanups.push(() => client.destroy());
    const [socket] = (await secure) as [Socket];
    slots.occupy(socket);
    await open('127.0.0.3');
    await silent.closed;
    expect(displaced.mock.calls).toEqual([['127.0.0.2']]);
    expect(socket.destroyed).toBe(false);
    const closed = once(socket, 'close');
    client.destroy();
    await closed;
    await open('127.0.0.4'); // the slot of the signed-in one is free again
    expect(displaced).toHaveBeenCalledTimes(1);
  });

  it('one that does not shake hands in time is closed, as Node does not do', async () => {
    const server = tlsServer();
    const failed = vi.fn();
    closeFailedHandshakes(server, failed);
    const { open } = await start(2, server);
    const silent = await open('127.0.0.2');
    await silent.closed;
    expect(failed).toHaveBeenCalledTimes(1);
  });
});
