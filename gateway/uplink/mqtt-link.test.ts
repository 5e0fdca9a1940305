import { expect, it } from 'vitest';
import { checkUplinkConfig } from './config.ts';
import { MqttLink } from './mqtt-link.ts';

const config = {
  url: 'mqtt://127.0.0.1:1',
  connectMsMax: 1_000,
  ackMsMax: 1_000,
  backoffFirstMs: 10,
  backoffMaxMs: 10,
  lingerMs: 10,
  batchBytesMax: 1_024,
  inFlightMax: 1,
};

it('a TLS file that cannot be read is named, and does not keep the link from being closed', async () => {
  const link = new MqttLink('gw', { ...config, url: 'mqtts://127.0.0.1:1', caFile: '/nowhere/ca.pem' });
  await expect(link.connect(new AbortController().signal)).rejects.toMatchObject({
    code: 'UPLINK_TLS_FILES',
    retry: true,
    message: expect.stringMatching(/uplink\.caFile names \/nowhere\/ca\.pem: there is no such file/),
  });
  await link.close();
});

it('a cloud that is not there is an error that can be tried again', async () => {
  const link = new MqttLink('gw', config);
  await expect(link.connect(new AbortController().signal)).rejects.toMatchObject({
    code: 'UPLINK_BROKEN',
    retry: true,
  });
  await link.close();
});

it.each([
  [{ certFile: 'a.pem' }, /certFile and keyFile belong together/],
  [{ url: 'mqtt://cloud:1884', caFile: 'a.pem' }, /a\.pem would not be used, because mqtt:.*mqtts/],
])('an uplink that would go without its certificates is refused: %j', (wrong, message) => {
  expect(() => checkUplinkConfig({ ...config, ...wrong })).toThrow(message);
});
