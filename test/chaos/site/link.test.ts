import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Link } from './link.ts';

/** A stream of acknowledgements, which the tap reads along and has no finding about. */
const stream = Buffer.concat(Array.from({ length: 2_500 }, () => Buffer.from([0x40, 2, 0, 1])));

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** Bytes that reach the cloud's side of a link, and whether it was cut. */
async function linked(): Promise<{
  link: Link;
  gateway: Socket;
  received: () => number;
  cut: Promise<unknown>;
}> {
  let bytes = 0;
  const cloud = createServer((socket) =>
    socket.on('data', (chunk) => {
      bytes += chunk.length;
    }),
  );
  cloud.listen(0, '127.0.0.1');
  await once(cloud, 'listening');
  const link = new Link(() => (cloud.address() as AddressInfo).port);
  await link.start();
  const gateway = connect(link.port, '127.0.0.1').on('error', () => {});
  await Promise.all([once(gateway, 'connect'), once(cloud, 'connection')]);
  ends.push(
    () => link.stop(),
    async () => void gateway.destroy(),
    async () => void cloud.close(),
  );
  return { link, gateway, received: () => bytes, cut: once(gateway, 'close') };
}

it('cuts within a single write: the cloud gets the bytes before the cut, and no others', async () => {
  const { link, gateway, received, cut } = await linked();
  link.cutAfter(5_001);
  gateway.write(stream);
  await cut;
  await expect.poll(received).toBe(5_001);
});
