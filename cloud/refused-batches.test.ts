import type { MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeBatch, encodeBatch } from '../shared/contract/batch.ts';
import { type BatchRefusal, parseBatchRefusal } from '../shared/contract/batch-refusal.ts';
import { refusalTopic, uplinkTopic } from '../shared/contract/topics.ts';
import { frameOf, journal, publish, readingLine, startIngest } from './ingest.testing.ts';

type Running = Awaited<ReturnType<typeof startIngest>>;
let cloud: Running;

beforeEach(async () => {
  cloud = await startIngest();
});
afterEach(() => cloud.stop());

const readings = uplinkTopic('north', 'readings');
const frame = (seq: number, after?: number) =>
  frameOf([[readingLine(seq)]], { firstSeq: seq, ...(after !== undefined && { after }) });
const good = frame(1);

/** A gateway that subscribes to refusals. */
async function listening(): Promise<{ client: MqttClient; refused: BatchRefusal[] }> {
  const client = await cloud.connect();
  const refused: BatchRefusal[] = [];
  client.on('message', (topic, payload) => {
    if (topic === refusalTopic('north')) refused.push(parseBatchRefusal(payload)!);
  });
  await client.subscribeAsync(refusalTopic('north'));
  return { client, refused };
}

function flipped(at: number): Buffer {
  const bad = Buffer.from(good);
  bad[at < 0 ? bad.length + at : at]! ^= 1;
  return bad;
}

describe('a batch that was not received as it was sent', () => {
  it.each<[string, string, () => Buffer]>([
    ['not a batch at all', 'BATCH_FORMAT', () => Buffer.from('hello')],
    ['a batch that is cut short', 'BATCH_CHECKSUM', () => good.subarray(0, -1)],
    [
      'a batch of a newer format',
      'BATCH_VERSION',
      () => Buffer.concat([Buffer.from('HBB2'), good.subarray(4)]),
    ],
    ['a flipped bit in the body', 'BATCH_CHECKSUM', () => flipped(-3)],
    ['a flipped bit in the length of the header', 'BATCH_FORMAT', () => flipped(6)],
    ['a flipped bit in the header', 'BATCH_CHECKSUM', () => flipped(12)],
    [
      'a body that is not what its header says',
      'BATCH_BODY',
      () => encodeBatch({ header: decodeBatch(good).header, body: Buffer.from('not gzip') }),
    ],
    [
      'a codec that this cloud does not know',
      'BATCH_HEADER',
      () => {
        const { header, body } = decodeBatch(good);
        return encodeBatch({ header: { ...header, codec: 'brotli' as 'gzip' }, body });
      },
    ],
    [
      'more lines than a batch may have',
      'BATCH_SIZE',
      () => {
        const { header, body } = decodeBatch(good);
        const blocks = header.blocks.map((block) => ({ ...block, lines: (1 << 20) + 1 }));
        return encodeBatch({ header: { ...header, blocks }, body });
      },
    ],
    ['a line that is too long', 'BATCH_SIZE', () => frameOf([[`${readingLine(1)}${'1'.repeat(1 << 20)}`]])],
    ['a header of another gateway', 'BATCH_FOREIGN', () => frameOf([[readingLine(1)]], { gateway: 'south' })],
    ['a header of another lane', 'BATCH_FOREIGN', () => frameOf([[readingLine(1)]], { lane: 'estimates' })],
  ])('%s: is refused with its reason, and neither confirmed nor quarantined', async (_, code, bad) => {
    const { client, refused } = await listening();
    let isAcked = false;
    client.publish(readings, bad(), { qos: 1 }, (error) => {
      isAcked = !error;
    });
    const packet = client.getLastMessageId();
    await expect.poll(() => refused).toEqual([{ version: 1, packet, code, reason: expect.any(String) }]);
    expect(await publish(client, readings, good)).toBe('acked');
    expect(isAcked).toBe(false);
    expect(cloud.store.lines.size).toBe(1);
    expect(cloud.operations.quarantine.counts().quarantined).toBe(0);
    expect(await cloud.metric('harbinger_ingest_refused_batches_total')).toContain(
      `harbinger_ingest_refused_batches_total{reason="${code}"} 1`,
    );
  });

  it('is not sent to a gateway that has not subscribed; it gets no answer, and its connection stays open', async () => {
    const client = await cloud.connect();
    client.on('message', () => expect.unreachable());
    let isAcked = false;
    client.publish(readings, flipped(-1), { qos: 1 }, (error) => {
      isAcked = !error;
    });
    client.publish(readings, frame(2, 1), { qos: 1 }, (error) => {
      isAcked = !error;
    });
    const estimates = frameOf([['estimate,gateway=north,machine=pump-1,site=leeds health=1 1']], {
      lane: 'estimates',
    });
    expect(await publish(client, uplinkTopic('north', 'estimates'), estimates)).toBe('acked');
    expect(await publish(client, readings, frame(1))).toBe('acked');
    expect(isAcked).toBe(false);
  });

  it('prevents later batches of its lane from being stored before it, and no others', async () => {
    const { client, refused } = await listening();
    expect(await publish(client, readings, frame(1))).toBe('acked');
    const bad = frame(2, 1);
    bad[bad.length - 1]! ^= 1;
    client.publish(readings, bad, { qos: 1 });
    client.publish(readings, frame(3, 2), { qos: 1 });
    await expect.poll(() => refused.map(({ code }) => code)).toEqual(['BATCH_CHECKSUM', 'BATCH_ORDER']);
    expect(cloud.operations.watermarks.get('north', journal, 'readings')).toBe(1);
    const both = frameOf([[readingLine(2)], [readingLine(3)]], { firstSeq: 2, after: 1 });
    expect(await publish(client, readings, both)).toBe('acked');
    expect(cloud.store.lines.size).toBe(3);
  });

  it('is counted each time and logged once a minute', async () => {
    const { client, refused } = await listening();
    for (let i = 0; i < 5; i++) client.publish(readings, flipped(-1), { qos: 1 });
    await expect.poll(() => refused.length).toBe(5);
    expect(cloud.said().match(/was not received as it was sent/g)).toHaveLength(1);
    expect(await cloud.metric('harbinger_ingest_refused_batches_total')).toContain(
      'harbinger_ingest_refused_batches_total{reason="BATCH_CHECKSUM"} 5',
    );
  });
});

it('a header with unknown fields is read without them', async () => {
  const { header, body } = decodeBatch(good);
  const newer = { ...header, priority: 1, blocks: header.blocks.map((block) => ({ ...block, kind: 'x' })) };
  expect(await publish(await cloud.connect(), readings, encodeBatch({ header: newer, body }))).toBe('acked');
  expect(cloud.store.lines.size).toBe(1);
});

it.each([
  ['not JSON', '{'],
  ['another version', '{"version":2,"packet":1,"code":"BATCH_BODY","reason":""}'],
  ['no packet', '{"version":1,"code":"BATCH_BODY","reason":""}'],
  [
    'more than a refusal may have',
    `{"version":1,"packet":1,"code":"BATCH_BODY","reason":"${'x'.repeat(3_000)}"}`,
  ],
])('a refusal that is %s is ignored', (_, text) => {
  expect(parseBatchRefusal(Buffer.from(text))).toBeNull();
});
