/** Tests the uplink with a cloud that refuses batches, and the independence of the lanes. */
import { expect, it } from 'vitest';
import { decodeBatch } from '../../shared/contract/batch.ts';
import type { Lane } from '../../shared/contract/lanes.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import { BatchRefused, type CloudLink } from '../ports/uplink.ts';
import { memoryJournal } from './memory-journal.testing.ts';
import { Uplink } from './uplink.ts';

const config = {
  connectMsMax: 1_000,
  ackMsMax: 60_000,
  backoffFirstMs: 100,
  backoffMaxMs: 1_000,
  lingerMs: 10,
  batchBytesMax: 1_024,
  inFlightMax: 3,
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
  const deps = { gateway: 'gw', journals, link, clock, random: seededRandom(1), log: silentLog };
  const uplink = new Uplink(config, deps);
  /** Advances time in small steps, between which pending work continues. */
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 20) await clock.advance(20);
  };
  return { journals, stored, sent, uplink, pass };
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
