import type { MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seqLeap } from '../shared/contract/batch.ts';
import type { Lane } from '../shared/contract/lanes.ts';
import { uplinkTopic } from '../shared/contract/topics.ts';
import { conditionEvent } from '../shared/notifiers/condition.testing.ts';
import { frameOf, journal, publish, readingLine, startIngest } from './ingest.testing.ts';

type Running = Awaited<ReturnType<typeof startIngest>>;
let cloud: Running;
let gateway: MqttClient;

beforeEach(async () => {
  cloud = await startIngest();
  gateway = await cloud.connect();
});
afterEach(() => cloud.stop());

const send = (frame: Buffer, lane: Lane = 'readings') => publish(gateway, uplinkTopic('north', lane), frame);
const readings = uplinkTopic('north', 'readings');
const quarantined = () => cloud.operations.quarantine.page({ limit: 10 }).items;
const watermark = (lane: Lane = 'readings') => cloud.operations.watermarks.get('north', journal, lane);

function decision(
  id: string,
  time = '2026-03-01T10:00:00.123Z',
  gatewayName = 'north',
  more: object = {},
): string {
  return JSON.stringify({
    specversion: '1.0',
    id,
    source: `/gateways/${gatewayName}`,
    type: 'io.harbinger.decision.recorded.v1',
    subject: 'leeds/pump-1',
    time,
    datacontenttype: 'application/json',
    data: {
      decisionId: id,
      decision: 'alert',
      subject: 'leeds/pump-1',
      inputs: { text: 'a "quoted" \\ value, with\nnewline' },
      answer: {},
      reasons: [],
      confidence: 1,
      policy: { name: 'rules', version: '1' },
      mode: 'active',
      latencyMs: 1,
      ...more,
    },
  });
}

const prediction = {
  site: 'leeds',
  machine: 'pump-1',
  machineType: 'pump',
  predictionId: 'p1',
  failureMode: 'bearing',
  severity: 'warning',
  source: 'model',
  model: null,
  remainingLife: null,
  health: 0.5,
  anomaly: 0.5,
  confidence: 1,
  contributions: [],
  reasons: [],
  decisionId: 'd',
};

describe('resent batches', () => {
  it('are stored once per block, however they are regrouped; gzip is passed on only for whole batches', async () => {
    const lines = [1, 2, 3, 4, 5].map((n) => [readingLine(n)]);
    expect(await send(frameOf(lines.slice(0, 2)))).toBe('acked');
    expect(await send(frameOf(lines.slice(0, 2)))).toBe('acked');
    expect(await send(frameOf(lines.slice(1, 4), { firstSeq: 2 }))).toBe('acked');
    expect(await send(frameOf(lines.slice(4), { firstSeq: 5, codec: 'identity' }))).toBe('acked');
    const { batches } = cloud.store;
    expect(batches.map((batch) => batch.blocks.map((block) => block.seq))).toEqual([[1, 2], [3, 4], [5]]);
    expect(batches.map((batch) => batch.gzipped !== null)).toEqual([true, false, false]);
    expect(batches[1]?.raw.toString()).toBe(`${readingLine(3)}\n${readingLine(4)}\n`);
    expect(watermark()).toBe(5);
  });

  it('are told apart by lane and journal; blocks that a gateway had to drop are counted', async () => {
    await send(frameOf([[readingLine(1)]], { firstSeq: 7 }));
    await send(frameOf([[readingLine(2)]], { firstSeq: 10 }));
    await send(frameOf([[readingLine(3)]], { journal: '00000000000000bb' }));
    await send(frameOf([[readingLine(4)]], { firstSeq: 11 + seqLeap, journal: '00000000000000bb' }));
    expect([...cloud.store.lines]).toHaveLength(4);
    expect(watermark()).toBe(10);
    expect(cloud.operations.watermarks.get('north', '00000000000000bb', 'readings')).toBe(11 + seqLeap);
    expect(await cloud.metric('harbinger_ingest_gap_blocks_total')).toContain(
      'harbinger_ingest_gap_blocks_total{lane="readings"} 2',
    );
  });
});

describe('batches that overtook others', () => {
  const frame = (seq: number, after?: number) =>
    frameOf([[readingLine(seq)]], { firstSeq: seq, ...(after !== undefined && { after }) });

  it('are not stored and close the connection of a gateway that cannot be told; the resend is in order', async () => {
    const client = await cloud.connect();
    expect(await publish(client, readings, frame(1))).toBe('acked');
    expect(await publish(client, readings, frame(3, 2))).toBe('closed');
    expect(watermark()).toBe(1);
    const again = await cloud.connect();
    expect(await publish(again, readings, frame(2))).toBe('acked');
    expect(await publish(again, readings, frame(3, 2))).toBe('acked');
    expect(cloud.store.lines.size).toBe(3);
  });

  it('are detected in the first batch of a connection too', async () => {
    expect(await publish(await cloud.connect(), readings, frame(2, 1))).toBe('closed');
    expect(watermark()).toBe(0);
  });

  it('are not confused with repeated batches', async () => {
    const client = await cloud.connect();
    for (const one of [frame(1), frame(1), frame(5, 1), frame(1), frame(5, 1), frame(6, 5)])
      expect(await publish(client, readings, one)).toBe('acked');
    expect(cloud.store.lines.size).toBe(3);
  });
});

describe('unstorable content is quarantined and acknowledged', () => {
  it('only the bad lines and blocks of a batch', async () => {
    const blocks = [
      [readingLine(1), readingLine(2, { gateway: 'south' }), readingLine(3)],
      [readingLine(4, { type: 'event' })],
      [readingLine(5)],
    ];
    expect(await send(frameOf(blocks))).toBe('acked');
    expect([...cloud.store.lines.values()]).toEqual([1, 3, 5].map((n) => readingLine(n)));
    expect(cloud.store.batches[0]).toMatchObject({
      blocks: [
        { seq: 1, lines: 2 },
        { seq: 3, lines: 1 },
      ],
      gzipped: null,
    });
    const [entry] = quarantined();
    expect(entry).toMatchObject({
      code: 'CONTENT_LINE',
      reason: expect.stringMatching(/gateway 'south'.*1 more/),
    });
    expect(cloud.operations.quarantine.get(1)?.body.toString()).toBe(
      `${readingLine(2, { gateway: 'south' })}\n${readingLine(4, { type: 'event' })}\n`,
    );
  });

  it('lines that the store rejects', async () => {
    cloud.store.rejects = 'speed=2 ';
    expect(await send(frameOf([[readingLine(1), readingLine(2), readingLine(3)]]))).toBe('acked');
    expect(cloud.store.lines.size).toBe(2);
    expect(quarantined()).toMatchObject([{ code: 'STORE_REJECTED', reason: 'field type conflict' }]);
    expect(await cloud.metric('harbinger_ingest_lines_total')).toContain(
      'harbinger_ingest_lines_total{lane="readings"} 2',
    );
  });

  it('keeps the whole of a body', async () => {
    const line = `${readingLine(1, { gateway: 'south' })} ${'x'.repeat(200_000)}`;
    expect(await send(frameOf([[line]]))).toBe('acked');
    expect(quarantined()).toMatchObject([{ code: 'CONTENT_LINE', bytes: line.length + 1 }]);
    expect(cloud.operations.quarantine.get(1)?.body.toString()).toBe(`${line}\n`);
  });
});

describe('events', () => {
  it('of later gateways, with modes and fields that are not known here, are kept whole and not set aside', async () => {
    const more = ['active', 'fallback', 'shadow', 'override'].map((mode) => ({ mode, until: { by: 'ann' } }));
    const lines = more.map((each, i) => decision(`m${i}`, undefined, undefined, each));
    expect(await send(frameOf([lines], { lane: 'events' }), 'events')).toBe('acked');
    expect(quarantined()).toEqual([]);
    expect(cloud.store.lines.size).toBe(4);
    const { items } = cloud.operations.decisions.page({ limit: 10 });
    expect(items.toReversed()).toMatchObject(more);
    expect(cloud.operations.decisions.find('m2')).toMatchObject({ mode: 'shadow', gateway: 'north' });
    expect(cloud.operations.decisions.find('m')).toBeUndefined();
  });

  it('become one line each, also at the same time, and the same lines on a replay; bad events do not block good ones', async () => {
    const blocks = [
      [decision('a'), decision('b'), '{"type":"no event at all"}', decision('c', '2026-13-01T10:00:00Z')],
      [decision('d')],
    ];
    expect(await send(frameOf(blocks, { lane: 'events' }), 'events')).toBe('acked');
    const lines = [...cloud.store.lines.values()];
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(
      /^event,gateway=north,machine=pump-1,site=leeds data=".*",id="a",type="io\.harbinger\.decision\.recorded\.v1" 1772359200123008191$/,
    );
    expect(quarantined().map((entry) => entry.code)).toEqual(['EVENT_INVALID']);
    expect(cloud.operations.decisions.page({ limit: 10 }).items.map((record) => record.decisionId)).toEqual([
      'd',
      'b',
      'a',
    ]);
    expect(watermark('events')).toBe(2);

    const before = [...cloud.store.lines.keys()];
    await send(
      frameOf(blocks.slice(1), { lane: 'events', firstSeq: 2, journal: '00000000000000bb' }),
      'events',
    );
    expect([...cloud.store.lines.keys()]).toEqual(before);
    expect(cloud.operations.decisions.page({ limit: 10 }).items).toHaveLength(3);
  });

  it('of unknown type, and with unknown values and fields, are stored; what is known of them is applied', async () => {
    const parsed = JSON.parse(decision('x'));
    const event = (id: string, over: object, data: object = {}) =>
      JSON.stringify({ ...parsed, id, ...over, data: { ...parsed.data, decisionId: id, ...data } });
    const opened = {
      type: 'io.harbinger.prediction.opened.v1',
      data: { ...prediction, severity: 'catastrophic', source: 'oracle' },
    };
    const lines = [
      event('a', { type: 'io.harbinger.machine.tuned.v3' }),
      event('b', {}, { mode: 'shadow', novelty: [1] }),
      JSON.stringify({ ...parsed, id: 'c', ...opened, priority: 'high' }),
      event('d', {}, { latencyMs: 'none' }),
      event(
        'e',
        { type: 'io.harbinger.machine.failed.v1' },
        { site: 'a,b=1', machine: 'x y', machineType: 'p' },
      ),
    ];
    expect(await send(frameOf([lines], { lane: 'events' }), 'events')).toBe('acked');
    const stored = [...cloud.store.lines.values()].filter((line) => line.startsWith('event,'));
    expect(stored.map((line) => /,id="(\w)",/.exec(line)?.[1])).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(stored[2]).toContain('catastrophic');
    expect(stored[4]).toMatch(/^event,gateway=north,machine=pump-1,site=leeds /);
    expect(cloud.operations.quarantine.counts().quarantined).toBe(0);
    expect(cloud.operations.decisions.page({ limit: 10 }).items).toMatchObject([
      { mode: 'shadow', novelty: [1] },
    ]);
    const { items } = cloud.operations.events.page({ limit: 10 });
    expect(items.find(({ id }) => id === 'c')?.data).toMatchObject({ severity: 'critical', source: 'rules' });
    expect(await cloud.metric('harbinger_ingest_unknown_events_total')).toContain(
      'harbinger_ingest_unknown_events_total 3',
    );
    expect(cloud.said()).toMatch(/does not know are stored and not applied/);
  });

  it('that name another gateway are refused', async () => {
    await send(frameOf([[decision('a', undefined, 'south')]], { lane: 'events' }), 'events');
    expect(quarantined()).toMatchObject([{ code: 'EVENT_FOREIGN' }]);
    expect(cloud.operations.decisions.page({ limit: 10 }).items).toEqual([]);
  });

  it('that are conditions of another gateway, or of the cloud, are refused, and the gateway’s own are taken', async () => {
    const said = (name: string, kind: 'gateway' | 'cloud' = 'gateway') => ({
      ...conditionEvent('opened', 1, { about: { kind, name } }),
      id: name,
      source: '/gateways/north',
    });
    const lines = ['south', 'cloud', 'north'].map((name) =>
      JSON.stringify(said(name, name === 'cloud' ? 'cloud' : 'gateway')),
    );
    await send(frameOf([lines], { lane: 'events' }), 'events');
    expect(quarantined()).toMatchObject([{ code: 'EVENT_FOREIGN' }]);
    const { items } = cloud.operations.events.page({ limit: 10 });
    expect(items).toMatchObject([{ source: '/gateways/north', data: { about: { name: 'north' } } }]);
  });

  it('reach operations while the store is down', async () => {
    cloud.store.away = true;
    const acked = send(frameOf([[decision('a')]], { lane: 'events' }), 'events');
    await expect.poll(() => cloud.operations.decisions.page({ limit: 10 }).items.length).toBe(1);
    expect(watermark('events')).toBe(0);
    cloud.store.away = false;
    expect(await acked).toBe('acked');
    expect(cloud.store.lines.size).toBe(1);
  });
});

describe('machines', () => {
  it('have the time of their last reading and their newest estimate', async () => {
    await send(frameOf([[readingLine(1), readingLine(2), readingLine(3, { machine: 'pump-2' })]]));
    const estimate =
      'estimate,gateway=north,machine=pump-1,site=leeds anomaly=0.1,health=0.7,rul_p10=10,rul_p50=20,rul_p90=30,source="model",type="pump",unit="cycles" 1700000000005000000';
    await send(frameOf([[estimate]], { lane: 'estimates' }), 'estimates');
    const [first, second] = cloud.operations.machines.all();
    expect(first).toMatchObject({
      machine: 'pump-1',
      machineType: 'pump',
      lastSeenMs: 1_700_000_000_005,
      health: 0.7,
      anomaly: 0.1,
      remainingLife: { p10: 10, p50: 20, p90: 30, unit: 'cycles' },
      source: 'model',
    });
    expect(second).toMatchObject({ machine: 'pump-2', lastSeenMs: 1_700_000_000_003, health: null });
  });
});
