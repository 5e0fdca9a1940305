/** Lines of batches whose acknowledgement was lost are stored and counted once. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Lane } from '../shared/contract/lanes.ts';
import { uplinkTopic } from '../shared/contract/topics.ts';
import { frameOf, journal, publish, readingLine, startIngest } from './ingest.testing.ts';

type Running = Awaited<ReturnType<typeof startIngest>>;
let cloud: Running;

beforeEach(async () => {
  cloud = await startIngest();
});
afterEach(() => cloud.stop());

const asideName = '00000000000000bb';
const linesOf = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => [readingLine(from + i)]);
const send = async (frame: Buffer, lane: Lane = 'readings') => {
  const client = await cloud.connect();
  expect(await publish(client, uplinkTopic('north', lane), frame)).toBe('acked');
};
const written = () => cloud.store.batches.flatMap(({ blocks }) => blocks.map(({ seq }) => seq));
async function counted(metric: string, label = 'lane="readings"'): Promise<number> {
  const found = (await cloud.metric(metric)).find((line) => line.includes(label));
  return Number(found?.split(' ').at(-1) ?? 0);
}

describe('a batch that is sent again because its connection ended', () => {
  it('while the store hung, is counted once, whether the store takes the first write after all or not', async () => {
    let open = () => {};
    cloud.store.gates.set(
      'readings',
      new Promise<void>((resolve) => {
        open = resolve;
      }),
    );
    const frame = frameOf(linesOf(1, 5));
    const first = await cloud.connect();
    const lost = publish(first, uplinkTopic('north', 'readings'), frame);
    await expect.poll(() => counted('harbinger_ingest_received_bytes_total')).toBeGreaterThan(0);
    first.end(true);
    expect(await lost).toBe('closed');
    const again = send(frame);
    await expect.poll(() => counted('harbinger_ingest_batches_total', 'outcome="failed"')).toBe(1);
    open();
    await again;
    expect(await counted('harbinger_ingest_lines_total')).toBe(5);
    expect(await counted('harbinger_ingest_blocks_total')).toBe(5);
    expect(cloud.store.lines.size).toBe(5);
  });

  it('with bad lines in it, has them in quarantine once', async () => {
    const frame = frameOf([[readingLine(1), 'not a line of readings']]);
    await send(frame);
    await send(frame);
    expect(cloud.operations.quarantine.counts().quarantined).toBe(1);
    expect(await counted('harbinger_ingest_quarantined_total', 'code=')).toBe(1);
    expect(await counted('harbinger_ingest_lines_total')).toBe(1);
  });
});

describe('a batch that was stored, whose acknowledgement was lost, and that was refused and set aside then', () => {
  const aside = (from: number, to: number) =>
    frameOf(linesOf(from, to), { firstSeq: from, journal: asideName, original: journal });

  it('is stored and counted once when it is sent again', async () => {
    await send(frameOf(linesOf(1, 5)));
    await send(frameOf(linesOf(6, 8), { firstSeq: 6 }));
    await send(aside(1, 5));
    expect(written()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(await counted('harbinger_ingest_lines_total')).toBe(8);
    expect(await counted('harbinger_ingest_duplicate_blocks_total')).toBe(5);
  });

  it('is stored in the part that was not, although later blocks have been stored', async () => {
    await send(frameOf(linesOf(1, 5)));
    await send(frameOf(linesOf(9, 12), { firstSeq: 9 }));
    await send(aside(4, 8));
    await send(aside(4, 8));
    expect(written()).toEqual([1, 2, 3, 4, 5, 9, 10, 11, 12, 6, 7, 8]);
    expect(await counted('harbinger_ingest_lines_total')).toBe(12);
  });

  it('is stored whole if it was never stored, or nothing is known about its journal', async () => {
    await send(frameOf(linesOf(9, 12), { firstSeq: 9 }));
    await send(aside(4, 8));
    const other = { firstSeq: 1, journal: '00000000000000cc', original: '00000000000000dd' };
    await send(frameOf(linesOf(20, 21), other));
    expect(cloud.store.lines.size).toBe(11);
  });

  it('has its bad lines in quarantine once', async () => {
    const bad = [[readingLine(1), 'not a line of readings']];
    await send(frameOf(bad));
    await send(frameOf(bad, { journal: asideName, original: journal }));
    expect(cloud.operations.quarantine.counts().quarantined).toBe(1);
  });
});
