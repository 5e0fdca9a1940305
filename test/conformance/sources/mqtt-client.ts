import { expect } from 'vitest';
import { PretendBroker } from '../../support/peers/pretend-broker.ts';
import { freePort } from '../../support/ports.ts';
import { type SourceHarness, until } from './suite.ts';

const port = await freePort();
const broker = '[[mqtt-client.brokers]]\nname = "b"\n';

export const mqttClientHarness: SourceHarness = {
  kind: 'mqtt-client',
  skip: null,
  // A broker passes on what other senders send, and marks only what it sends again itself.
  ways: [],
  config: () => ({
    brokers: [{ name: 'plant', url: `mqtt://127.0.0.1:${port}`, subscribe: ['telemetry/#'] }],
  }),
  async connect(source) {
    const remote = await new PretendBroker().listen(port);
    remote.hasSession = true;
    const isConnected = (connected: boolean) =>
      until(() => expect(source.status?.()).toMatchObject([{ connected }]));
    await isConnected(true);
    return {
      send: (payload) => void remote.publish('telemetry/lab/bench-1', payload),
      acknowledged: () => remote.acknowledged.length,
      async answered() {
        const { completed } = remote;
        remote.send({ cmd: 'pubrel', messageId: 65_000 });
        await until(() => expect(remote.completed).toBe(completed + 1));
      },
      async vanish() {
        await remote.stop();
        await isConnected(false);
      },
      stop: () => remote.stop(),
    };
  },
  wrong: [
    {
      toml: `${broker}url = "http://x"\nsubscribe = ["telemetry/#"]`,
      key: 'mqtt-client.brokers[0].url',
      line: 'url = "http://x"',
    },
    {
      toml: `${broker}url = "mqtt://x"\nsubscribe = ["telemetry/#/a"]`,
      key: 'mqtt-client.brokers[0].subscribe[0]',
      line: 'subscribe = ["telemetry/#/a"]',
    },
    {
      toml: `${broker}url = "mqtt://x"\nsubscribe = ["telemetry/#"]\npassword = "p"`,
      key: 'mqtt-client.brokers[0].password',
      line: 'password = "p"',
    },
    { toml: '[mqtt-client]\nbrokres = []', key: 'mqtt-client.brokres', line: 'brokres = []' },
  ],
};
