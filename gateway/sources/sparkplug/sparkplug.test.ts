import { Value } from '@sinclair/typebox/value';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Clock, systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { systemRandom } from '../../../shared/runtime/random.ts';
import { encodePayload, type TestMetric } from '../../../shared/sparkplug/encode.testing.ts';
import { decodePayload } from '../../../shared/sparkplug/payload.ts';
import { types } from '../../../shared/sparkplug/values.ts';
import { PretendBroker } from '../../../test/support/peers/pretend-broker.ts';
import type { Settle, TypedReadings } from '../../ports/source.ts';
import { SparkplugConfig } from './config.ts';
import { createSparkplug, type SparkplugSource } from './sparkplug.ts';

const until = (check: () => void) => vi.waitFor(check, { timeout: 60_000, interval: 5 });
/** Time that passes fifty times as fast. */
const fast: Clock = {
  nowMs: systemClock.nowMs,
  monotonicMs: () => 50 * systemClock.monotonicMs(),
  setTimer: (delayMs, fn) => systemClock.setTimer(delayMs / 50, fn),
};

let broker: PretendBroker;
let source: SparkplugSource;
/** Values that were handed in, as text. */
let handed: string[];

const intake = {
  accept() {
    throw new Error('no bytes are expected');
  },
  acceptReadings({ readings }: TypedReadings, settled: Settle) {
    for (const { site, machine, timeNs, values } of readings)
      for (const [name, value, quality] of values) {
        const time = timeNs === undefined ? '' : ` @${timeNs / 1_000_000n}`;
        handed.push(`${site}/${machine} ${name}=${value}${quality ? ` ${quality}` : ''}${time}`);
      }
    setImmediate(settled, undefined, 0, true);
  },
};

beforeEach(async () => {
  handed = [];
  broker = await new PretendBroker().listen();
});
afterEach(async () => {
  await source.stop();
  await broker.stop();
});

async function start(more: object = {}): Promise<void> {
  const hosts = [{ name: 'plant', url: `mqtt://127.0.0.1:${broker.port}`, rebirthMs: 1_000, ...more }];
  const config = Value.Default(SparkplugConfig, { hosts }) as SparkplugConfig;
  source = createSparkplug(config, { intake, clock: fast, random: systemRandom, log: silentLog });
  await source.start();
  await until(() => expect(source.stats()).toMatchObject([{ connected: true }]));
}

const bdSeq = (n: number): TestMetric => ({ name: 'bdSeq', type: types.int64, value: [11, n] });
const send = (
  kind: string,
  seq: number | undefined,
  metrics: TestMetric[],
  more: { timestamp?: number } = {},
) =>
  broker.publish(
    `spBv1.0/Plant/${kind}`,
    encodePayload({ ...more, ...(seq !== undefined && { seq }), metrics }),
    0,
  );
const speed: TestMetric = { name: 'Motor/RPM', alias: 5, type: types.int32, value: [10, 900] };
const heat: TestMetric = { name: 'heat', alias: 6, type: types.float, value: [12, 21.5] };
const seen = (...lines: string[]) => until(() => expect(handed).toEqual(lines));
const rebirths = () => broker.published.filter(({ topic }) => topic === 'spBv1.0/Plant/NCMD/line1').length;

function born(): void {
  send('NBIRTH/line1', 0, [bdSeq(3), speed]);
  send('DBIRTH/line1/press', 1, [heat]);
}
const births = ['Plant/line1 Motor/RPM=900', 'Plant/line1.press heat=21.5'];

describe('what edge nodes say', () => {
  it('by numbers is what their births have named, at its own time or that of the message', async () => {
    await start();
    born();
    send('DDATA/line1/press', 2, [{ alias: 6, value: [12, 22] }], { timestamp: 1_790_000_000_000 });
    send('NDATA/line1', 3, [
      { alias: 5, timestamp: 1_790_000_000_001, isHistorical: true, value: [10, 901] },
    ]);
    send('NDATA/line1', 4, [
      { alias: 5, isNull: true },
      { alias: 5, value: [10, 7], quality: 0 },
    ]);
    await seen(
      ...births,
      'Plant/line1.press heat=22 @1790000000000',
      'Plant/line1 Motor/RPM=901 @1790000000001',
      'Plant/line1 Motor/RPM=null',
      'Plant/line1 Motor/RPM=7 bad',
    );
    expect(source.stats()).toMatchObject([{ nodesAlive: 1, devices: 2, metrics: 2, births: 2, rebirths: 0 }]);
  });

  it('after a missing message is not believed by its number, until the birth; by name and type it is', async () => {
    await start();
    born();
    send('DDATA/line1/press', 4, [{ alias: 6, value: [12, 99] }]);
    await until(() => expect(rebirths()).toBe(1));
    send('DDATA/line1/press', 5, [
      { alias: 6, value: [12, 98] },
      { ...heat, alias: 6, value: [12, 23] },
    ]);
    await seen(...births, 'Plant/line1.press heat=23');
    send('NBIRTH/line1', 0, [bdSeq(3), { ...speed, alias: 6 }]);
    send('DDATA/line1/press', 1, [{ alias: 6, value: [12, 97] }]);
    send('DBIRTH/line1/press', 2, [{ ...heat, alias: 5 }]);
    send('DDATA/line1/press', 3, [{ alias: 5, value: [12, 24] }]);
    await seen(...births, 'Plant/line1.press heat=23', ...births, 'Plant/line1.press heat=24');
    expect(source.stats()).toMatchObject([{ gaps: 1, unknown: 3 }]);
  });

  it('in the birth of a device after a missing message is taken, but not by number from then on', async () => {
    await start();
    born();
    send('DBIRTH/line1/press', 9, [{ ...heat, alias: 5 }]);
    send('DDATA/line1/press', 12, [{ alias: 5, value: [12, 96] }]);
    await until(() => expect(source.stats()).toMatchObject([{ unknown: 1 }]));
    expect(handed).toEqual([...births, births[1]]);
  });

  it('of a type that is not a value of a sensor is named and left out; not of its type, it is bad', async () => {
    await start();
    send('NBIRTH/line1', 0, [
      { name: 'file', type: types.file, value: [16, Buffer.from('x')] },
      { ...speed, value: [13, 1.5] },
    ]);
    await seen('Plant/line1 Motor/RPM=1.5 bad');
    expect(source.stats()).toMatchObject([
      {
        skipped: 1,
        refused: 1,
        notes: ['Plant/line1: metric file is a file, which is not a value of a sensor'],
      },
    ]);
  });

  it('is named by the settings', async () => {
    await start({
      ...{ site: 'hall', machine: '{group}-{device}' },
      machines: [{ id: 'Plant/line1', site: 'north', machine: 'press-3' }],
      sensors: [{ metric: 'Motor/RPM', sensor: 'rpm' }],
    });
    born();
    await seen('north/press-3 rpm=900', 'hall/Plant-press heat=21.5');
  });

  it('that cannot be read is counted, and its birth asked for', async () => {
    await start();
    broker.publish('spBv1.0/Plant/NDATA/line1', '{"a": 1}', 0);
    await until(() => expect(source.stats()).toMatchObject([{ unreadable: 1, rebirths: 1 }]));
  });
});

describe('deaths', () => {
  it('take the values of the node and of its devices away', async () => {
    await start();
    born();
    send('NDEATH/line1', undefined, [bdSeq(3)]);
    await seen(...births, 'Plant/line1 Motor/RPM=null', 'Plant/line1.press heat=null');
    expect(source.stats()).toMatchObject([{ nodesAlive: 0, deaths: 1 }]);
  });

  it('of a device leave the others alone', async () => {
    await start();
    born();
    send('DDEATH/line1/press', 2, []);
    send('NDATA/line1', 3, [{ alias: 5, value: [10, 902] }]);
    await seen(...births, 'Plant/line1.press heat=null', 'Plant/line1 Motor/RPM=902');
  });

  it('of an earlier connection, whose will comes late, say nothing', async () => {
    await start();
    born();
    send('NDEATH/line1', undefined, [bdSeq(2)]);
    send('NDATA/line1', 2, [{ alias: 5, value: [10, 903] }]);
    await seen(...births, 'Plant/line1 Motor/RPM=903');
    expect(source.stats()).toMatchObject([{ nodesAlive: 1, deaths: 0 }]);
  });
});

describe('the host', () => {
  it('says that it is there, has a will that says the contrary, and says goodbye', async () => {
    await start({ hostId: 'scada' });
    const { will, clean } = broker.connects[0]!;
    expect({ clean, will }).toMatchObject({
      clean: true,
      will: { topic: 'spBv1.0/STATE/scada', retain: true, qos: 1 },
    });
    await until(() => expect(broker.published.length).toBe(1));
    await source.stop();
    await until(() => expect(broker.published.length).toBe(2));
    const states = broker.published.map(({ topic, payload, retain }) => ({
      topic,
      retain,
      ...JSON.parse(String(payload)),
    }));
    const { timestamp } = JSON.parse(String(will!.payload));
    expect(states).toEqual(
      [true, false].map((online) => ({ topic: 'spBv1.0/STATE/scada', retain: true, online, timestamp })),
    );
  });

  it('says again that it is there when the will of an earlier connection comes late', async () => {
    await start({ hostId: 'scada', groups: ['Plant'] });
    expect(broker.subscribed.flat()).toContain('1 spBv1.0/STATE/scada');
    await until(() => expect(broker.published.length).toBe(1));
    const say = (online: boolean) =>
      broker.publish('spBv1.0/STATE/scada', JSON.stringify({ online, timestamp: 1 }), 1);
    say(true);
    const late = say(false);
    await until(() => expect(broker.published.length).toBe(2));
    expect(broker.published[1]).toEqual(broker.published[0]);
    await until(() => expect(broker.acknowledged).toContain(late));
  });

  it('asks nodes for their births that it has not seen, ever less often', async () => {
    await start({ rebirthMs: 3_600_000 });
    for (let seq = 0; seq < 200; seq++) send('NDATA/line1', seq, [{ alias: 5, value: [10, 1] }]);
    await until(() => expect(source.stats()).toMatchObject([{ unknown: 200 }]));
    await until(() => expect(rebirths()).toBe(1));
    const command = broker.published.find(({ topic }) => topic.includes('NCMD'))!;
    expect(decodePayload(command.payload).metrics).toMatchObject([
      { name: 'Node Control/Rebirth', value: true },
    ]);
    expect(handed).toEqual([]);
  });

  it('asks the nodes that were alive again, after the connection was lost', async () => {
    await start();
    born();
    await seen(...births);
    broker.cut();
    await until(() => expect(rebirths()).toBe(1));
    send('NDATA/line1', 2, [{ alias: 5, value: [10, 904] }]);
    await until(() => expect(source.stats()).toMatchObject([{ unknown: 1 }]));
    expect(handed).toEqual(births);
  });

  it('knows no more metrics than it may', async () => {
    await start({ metricsMax: 100 });
    const many = Array.from({ length: 150 }, (_, i) => ({
      name: `m${i}`,
      alias: 100 + i,
      type: types.int8,
      isNull: true,
    }));
    send('NBIRTH/line1', 0, many);
    await until(() => expect(source.stats()).toMatchObject([{ metrics: 100, births: 1 }]));
    send('NBIRTH/line1', 0, many.slice(0, 10));
    await until(() => expect(source.stats()).toMatchObject([{ metrics: 10, births: 2 }]));
  });
});
