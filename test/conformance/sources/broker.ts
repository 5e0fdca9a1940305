import { connectAsync } from 'mqtt';
import type { SourceHarness } from './suite.ts';

export const brokerHarness: SourceHarness = {
  kind: 'broker',
  skip: null,
  ways: ['QoS 0', 'QoS 1', 'QoS 2'],
  config: () => ({ port: 0, anonymous: 'loopback' }),
  async connect(source) {
    const url = `mqtt://127.0.0.1:${source.addresses?.().mqttPort}`;
    const client = await connectAsync(url, { reconnectPeriod: 50 });
    client.on('error', () => undefined);
    let acknowledged = 0;
    return {
      send(payload, way = 'QoS 1') {
        const qos = Number(way.at(-1)) as 0 | 1 | 2;
        client.publishAsync('telemetry/lab/bench-1', payload, { qos }).then(
          () => {
            acknowledged += 1;
          },
          () => undefined, // the test ends before the broker has taken it
        );
      },
      acknowledged: () => acknowledged,
      async answered() {
        const pong = new Promise<void>((resolve) =>
          client.on('packetreceive', ({ cmd }) => cmd === 'pingresp' && resolve()),
        );
        client.sendPing();
        await pong;
      },
      async vanish() {
        client.options.reconnectPeriod = 0;
        const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
        client.stream.destroy();
        await closed;
      },
      stop: () => client.endAsync(true),
    };
  },
  wrong: [
    { toml: '[broker]\nport = 70_000', key: 'broker.port', line: 'port = 70_000' },
    {
      toml: '[broker]\nhost = "0.0.0.0"\nanonymous = "loopback"',
      key: 'broker.anonymous',
      line: 'anonymous = "loopback"',
    },
    { toml: '[broker]\nprot = 1', key: 'broker.prot', line: 'prot = 1' },
  ],
};
