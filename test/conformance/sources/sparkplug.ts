import { expect } from 'vitest';
import { sparkplug } from '../../../gateway/sources/sparkplug/part.ts';
import { encodePayload } from '../../../shared/sparkplug/encode.testing.ts';
import { types } from '../../../shared/sparkplug/values.ts';
import { PretendBroker } from '../../support/peers/pretend-broker.ts';
import { freePort } from '../../support/ports.ts';
import type { ReadingsHarness } from './readings-suite.ts';
import { until } from './suite.ts';

const port = await freePort();
const host = '[[sparkplug.hosts]]\nname = "h"\n';

export const sparkplugHarness: ReadingsHarness = {
  kind: 'sparkplug',
  part: sparkplug,
  skip: null,
  config: () => ({ hosts: [{ name: 'plant', url: `mqtt://127.0.0.1:${port}`, rebirthMs: 1_000 }] }),
  async connect(source) {
    const broker = await new PretendBroker().listen(port);
    await until(() => expect(broker.subscribed.length).toBe(1));
    await until(() => expect(source.status?.()).toMatchObject([{ connected: true }]));
    let seq = -1;
    const next = () => {
      seq = (seq + 1) % 256;
      return seq;
    };
    const birth = { name: 'temperature', alias: 7, type: types.int32, isNull: true };
    broker.publish('spBv1.0/lab/NBIRTH/bench-1', encodePayload({ seq: next(), metrics: [birth] }), 0);
    return {
      set: (temperature) => {
        const metrics = [{ alias: 7, value: [10, temperature] as [10, number] }];
        const payload = encodePayload({ timestamp: Date.now(), seq: next(), metrics });
        broker.publish('spBv1.0/lab/NDATA/bench-1', payload, 0);
      },
      vanish: () => broker.stop(),
      stop: () => broker.stop(),
    };
  },
  wrong: [
    { toml: '[sparkplug]\nhost = []', key: 'sparkplug.host', line: 'host = []' },
    {
      toml: `${host}url = "mqtt://x"\nmachine = "{node}-{devcie}"`,
      key: 'sparkplug.hosts[0].machine',
      line: 'machine = "{node}-{devcie}"',
    },
    { toml: `${host}url = "x"`, key: 'sparkplug.hosts[0].url', line: 'url = "x"' },
  ],
};
