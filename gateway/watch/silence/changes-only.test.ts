import { expect, it } from 'vitest';
import { seededRandom } from '../../../shared/runtime/random.ts';
import { silenceBench } from './silence.testing.ts';

const minuteMs = 60_000;

it('a machine that reports changes only, many by day and few at night, is not silent at night, also after a restart', async () => {
  const bench = silenceBench();
  const random = seededRandom(4);
  const live = async (days: number) => {
    const endMs = bench.clock.monotonicMs() + days * 24 * 60 * minuteMs;
    while (bench.clock.monotonicMs() < endMs) {
      const hour = (bench.clock.monotonicMs() / minuteMs / 60) % 24;
      const mean = hour > 6 && hour < 22 ? 4 : 25;
      await bench.clock.advance(Math.max(1, -mean * Math.log(random.next())) * minuteMs);
      bench.reading();
    }
  };
  const toldSilent = () => bench.changes().filter((isSilent) => isSilent).length;
  await live(3);
  await bench.restart();
  const before = toldSilent();
  await live(18);
  // By the rhythm alone it was told about once a night.
  expect(toldSilent() - before).toBeLessThanOrEqual(2);
  await bench.clock.advance(12 * 60 * minuteMs);
  expect(bench.changes().at(-1)).toBe(true);
});

it.each([
  ['bursts of a minute each quarter of an hour', 30, 2_000, 15 * minuteMs],
  ['ten minutes a day', 60, 10_000, 24 * 60 * minuteMs],
])(
  'a machine that sends %s is silent for three pauses, and then when one fails',
  async (_, count, everyMs, periodMs) => {
    const bench = silenceBench();
    const burst = async () => {
      for (let i = 0; i < count; i++) {
        bench.reading();
        await bench.clock.advance(everyMs);
      }
      await bench.clock.advance(periodMs - count * everyMs);
    };
    for (let i = 0; i < 4; i++) await burst();
    const told = bench.changes().length;
    expect(told).toBeLessThanOrEqual(8);
    for (let i = 0; i < 5; i++) await burst();
    expect(bench.changes().length - told).toBeLessThanOrEqual(1);
    expect(bench.changes().at(-1)).toBe(false);
    await bench.clock.advance(1.6 * periodMs);
    expect(bench.changes().at(-1)).toBe(true);
  },
);

it('outages of a like length that come at no regular times stay outages', async () => {
  const bench = silenceBench();
  for (const minutes of [200, 90, 400, 150, 330]) {
    await bench.readings(minutes, minuteMs);
    await bench.clock.advance(60 * minuteMs);
  }
  expect(bench.changes().filter((isSilent) => isSilent)).toHaveLength(5);
});
