import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { freePort } from '../../test/support/ports.ts';
import { choosePorts } from './ports.ts';

const elsewhere = () => Promise.resolve('elsewhere');

it('takes the requested port of the gateway’s API, or refuses it with its option', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: taken } = server.address() as AddressInfo;
  const requested = { mqttPort: 0, httpPort: 0 };
  const gatewayHttpPort = await freePort();
  expect(await choosePorts({ ...requested, gatewayHttpPort }, elsewhere)).toMatchObject({
    gatewayHttp: gatewayHttpPort,
  });
  await expect(choosePorts({ ...requested, gatewayHttpPort: taken }, elsewhere)).rejects.toThrow(
    `port ${taken} (gateway’s API, --gateway-http-port) is taken; stop what uses it or choose others: elsewhere`,
  );
  server.close();
});
