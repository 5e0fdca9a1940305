/** Tests the uplink with a cloud that refuses batches, and the independence of the lanes. */
import { describe, expect, it } from 'vitest';
import { decodeBatch } from '../../shared/contract/batch.ts';
import type { Lane } from '../../shared/contract/lanes.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import { BatchRefused, type CloudLink } from '../ports/uplink.ts';
import { memoryJournal } from './memory-journal.testing.ts';
import { memoryRefused } from './memory-refused-batches.testing.ts';
import { refusedAgain } from './refused-batch.ts';
import { Uplink } from './uplink.ts';

const config = {
  connectMsMax: 1_000,
  ackMsMax: 60_000,
  backoffFirstMs: 100,
  backoffMaxMs: 1_000,
  lingerMs: 10,
  batchBytesMax: 1_024,
  inFlightMax: 3,
  refusedMsMax: 3_600_000,
  refusedCountMax: 10,
  refusedBytesMax: 1 << 20,
};

type Answer = 'confirm' | 'refuse' | 'nothing';

/**
 * A cloud that answers each batch as `answer` says, and in order: a batch that follows one it does not have is refused.
 */
function setUp(answer: (lane: Lane, firstSeq: number) => Answer) {
  const journals = {
    events: memoryJournal('events'),
    estimates: memoryJournal('estimates'),
    readings: memoryJournal('readings'),
  };
  const clock = manualClock();
  const stored: Record<Lane, number[]> = { events: [], estimates: [], readings: [] };
  const sent: { lane: Lane; seqs: number[]; after: number | undefined; atMs: number }[] = [];
  const link = (): CloudLink => {
    let close = () => {};
    const reached: Partial<Record<Lane, number>> = {};
    return {
      closed: new Promise<void>((resolve) => {
        close = resolve;
      }),
      connect: async () => {},
      async send(lane, frame, signal) {
        const { header } = decodeBatch(frame);
        const seqs = header.blocks.map(({ seq }) => seq);
        sent.push({ lane, seqs, after: header.after, atMs: clock.monotonicMs() });
        await new Promise(setImmediate);
        const what = answer(lane, seqs[0]!);
        if (what === 'nothing')
          return new Promise((_, reject) =>
            signal.addEventListener('abort', () => reject(new Error('forgotten'))),
          );
        if (what === 'refuse') throw new BatchRefused('BATCH_CHECKSUM', 'checksum does not match');
        if (header.after !== undefined && header.after > (reached[lane] ?? 0))
          throw new BatchRefused('BATCH_ORDER', 'not in order');
        reached[lane] = seqs.at(-1)!;
        stored[lane].push(...seqs);
      },
      close: async () => close(),
    };
  };
  const setAside = memoryRefused();
  const deps = { gateway: 'gw', journals, setAside, link, clock, random: seededRandom(1), log: silentLog };
  const uplink = new Uplink(config, deps);
  /** Advances time in small steps, between which pending work continues. */
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 20) await clock.advance(20);
  };
  return { journals, stored, sent, uplink, pass, setAside, deps };
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

it('resends a refused batch, alone and with growing delays, and the batches behind it afterwards', async () => {
  let isWell = false;
  const { journals, pass, stored, sent, uplink } = setUp((_, seq) =>
    seq === 2 && !isWell ? 'refuse' : 'confirm',
  );
  for (let i = 0; i < 6; i++) journals.readings.add('r'.repeat(900));
  uplink.start();
  await pass(20_000);
  expect(stored.readings).toEqual([1]);
  expect(uplink.stats.refused.readings).toMatchObject({ firstSeq: 2, lastSeq: 2, code: 'BATCH_CHECKSUM' });
  const again = sent.filter(({ seqs }) => seqs[0] === 2);
  expect(sent.filter(({ seqs }) => seqs[0]! > 2).length).toBeLessThan(config.inFlightMax);
  expect(again.length).toBe(uplink.stats.refusals.readings.BATCH_CHECKSUM);
  const gapsMs = again.slice(1).map(({ atMs }, i) => atMs - again[i]!.atMs);
  expect(gapsMs[0]).toBeLessThanOrEqual(config.backoffFirstMs + config.lingerMs);
  expect(Math.max(...gapsMs)).toBeGreaterThan(2_000);
  expect(again.every(({ after }) => after === 1)).toBe(true);
  isWell = true;
  await pass(10_000);
  expect(stored.readings).toEqual(upTo(6));
  expect(uplink.stats).toMatchObject({ connects: 1, lastError: null, refused: { readings: null } });
  await uplink.stop();
});

it.each<Lane>(['events', 'readings'])(
  'other lanes continue at full speed while %s are refused',
  async (refused) => {
    const { journals, pass, stored, sent, uplink } = setUp((lane) =>
      lane === refused ? 'refuse' : 'confirm',
    );
    const other = refused === 'events' ? 'readings' : 'events';
    journals[refused].add('x');
    uplink.start();
    await pass(20_000);
    const before = sent.filter(({ lane }) => lane === refused).length;
    for (let i = 0; i < 50; i++) journals[other].add('y'.repeat(900));
    await pass(2_000);
    expect(stored[other]).toEqual(upTo(50));
    expect(sent.filter(({ lane }) => lane === refused).length).toBeLessThanOrEqual(before + 1);
    expect(uplink.stats.connects).toBe(1);
    await uplink.stop();
  },
);

it('resends a batch that is not answered, while others are, on the same connection', async () => {
  let isWell = false;
  const { journals, pass, stored, uplink } = setUp((lane) =>
    lane === 'events' && !isWell ? 'nothing' : 'confirm',
  );
  journals.events.add('e');
  uplink.start();
  await pass(config.ackMsMax - 1_000);
  journals.estimates.add('x');
  await pass(900);
  isWell = true;
  await pass(1_000);
  expect(stored).toMatchObject({ events: [1], estimates: [1] });
  expect(uplink.stats).toMatchObject({ connects: 1, refusals: { events: { SILENT: 1 } } });
  await uplink.stop();
});

it('continues with the remaining blocks when the journal has dropped a refused batch', async () => {
  const { journals, pass, stored, uplink } = setUp((_, seq) => (seq === 1 ? 'refuse' : 'confirm'));
  journals.readings.add('a');
  uplink.start();
  await pass(5_000);
  journals.readings.add('b');
  await pass(20_000);
  expect(stored.readings).toEqual([]);
  const { read } = journals.readings;
  journals.readings.read = (afterSeq, maxBytes) => read(Math.max(afterSeq, 1), maxBytes);
  await pass(20_000);
  expect(stored.readings).toEqual([2]);
  expect(uplink.stats.refused.readings).toBeNull();
  await uplink.stop();
});

describe('a batch that is refused for too long', () => {
  const limitMs = config.refusedMsMax;
  /** The answer of a cloud that always refuses the second batch of readings. */
  const refusing = () => {
    const parts = setUp((lane, seq) => (lane === 'readings' && seq === 2 ? 'refuse' : 'confirm'));
    for (let i = 0; i < 4; i++) parts.journals.readings.add('r'.repeat(900));
    return parts;
  };

  it('is set aside whole, then the cursor passes it, and what is behind it is sent', async () => {
    const { journals, stored, uplink, pass, setAside, sent } = refusing();
    uplink.start();
    await pass(limitMs - 20_000);
    expect(setAside.entries).toEqual([]);
    expect(journals.readings.cursor('uplink').seq).toBe(1);
    await pass(40_000);
    expect(stored.readings).toEqual([1, 3, 4]);
    const [entry, ...more] = setAside.entries;
    expect(more).toEqual([]);
    expect(entry).toMatchObject({
      lane: 'readings',
      code: 'BATCH_CHECKSUM',
      firstSeq: 2,
      lastSeq: 2,
      lines: 1,
    });
    const { header, body } = decodeBatch(entry!.frame);
    expect(header).toMatchObject({ gateway: 'gw', lane: 'readings', blocks: [{ seq: 2 }] });
    expect(header.after).toBeUndefined();
    expect(header.journal).not.toBe(entry!.journal);
    expect(header.original).toBe(entry!.journal);
    expect(body.toString()).toBe('r'.repeat(900));
    expect(uplink.stats).toMatchObject({ connects: 1, refused: { readings: null } });
    expect(sent.at(-1)?.seqs).toEqual([4]);
    await uplink.stop();
  });

  it('waits while it cannot be set aside durably', async () => {
    const { journals, uplink, pass, setAside, stored } = refusing();
    setAside.error = new Error('EIO: disk');
    uplink.start();
    await pass(limitMs + 70_000);
    expect(journals.readings.cursor('uplink').seq).toBe(1);
    expect(uplink.stats.lastError).toBe('EIO: disk');
    setAside.error = null;
    await pass(70_000);
    expect(stored.readings).toEqual([1, 3, 4]);
    await uplink.stop();
  });

  it('is not sent by a process that finds it set aside, however its blocks are grouped, also if the cloud would take it', async () => {
    const { uplink, pass, setAside, stored, journals } = setUp(() => 'confirm');
    const about = {
      lane: 'readings',
      code: 'x',
      reason: '',
      journal: journals.readings.id,
      lines: 2,
    } as const;
    await setAside.add({ ...about, firstSeq: 3, lastSeq: 4 }, Buffer.alloc(0));
    // Small enough to share a batch with their neighbours.
    for (let i = 0; i < 6; i++) journals.readings.add('r');
    uplink.start();
    await pass(2_000);
    expect(stored.readings).toEqual([1, 2, 5, 6]);
    expect(journals.readings.cursor('uplink').seq).toBe(6);
    expect(setAside.entries).toHaveLength(1);
    await uplink.stop();
  });

  it('at the head and at the end of the journal it is passed too', async () => {
    const { uplink, pass, setAside, stored, journals } = setUp(() => 'confirm');
    const about = {
      lane: 'readings',
      code: 'x',
      reason: '',
      journal: journals.readings.id,
      lines: 1,
    } as const;
    for (const seq of [1, 2, 5])
      await setAside.add({ ...about, firstSeq: seq, lastSeq: seq }, Buffer.alloc(0));
    for (let i = 0; i < 5; i++) journals.readings.add('r');
    uplink.start();
    await pass(2_000);
    expect(stored.readings).toEqual([3, 4]);
    expect(journals.readings.cursor('uplink').seq).toBe(5);
    await uplink.stop();
  });

  it('counts only the time in which it was tried: not the night in which the gateway was offline', () => {
    const blocks = [{ seq: 1, lines: 1, bytes: 1 }];
    const refused = new BatchRefused('BATCH_BODY', '');
    const at = (monotonicMs: number) => ({ monotonicMs, wallMs: monotonicMs });
    let batch = refusedAgain(null, blocks, refused, at(0));
    batch = refusedAgain(batch, blocks, refused, at(60_000));
    batch = refusedAgain(batch, blocks, refused, at(60_000 + 8 * limitMs));
    expect(batch).toMatchObject({ refusedMs: 60_000, attempts: 3, sinceMs: 0 });
    batch = refusedAgain(batch, blocks, null, at(60_000 + 8 * limitMs + 1_000));
    expect(batch).toMatchObject({ refusedMs: 60_000, attempts: 4, code: 'SILENT' });
  });
});

it('a batch of readings that is redriven waits until the events are sent, as other readings do', async () => {
  const { journals, pass, sent, uplink, setAside } = setUp((lane) =>
    lane === 'readings' ? 'refuse' : 'nothing',
  );
  journals.readings.add('x');
  uplink.start();
  await pass(config.refusedMsMax + 120_000);
  const { frame } = setAside.entries[0]!;
  for (let i = 0; i < 20; i++) journals.events.add('e'.repeat(900));
  await pass(100);
  const before = sent.length;
  expect(sent.filter(({ lane }) => lane === 'events')).toHaveLength(config.inFlightMax);
  const redriven = uplink.resend('readings', frame, new AbortController().signal);
  const outcome = expect(redriven).rejects.toThrow('the connection ended');
  await pass(1_000);
  expect(sent).toHaveLength(before);
  await uplink.stop();
  await outcome;
});
