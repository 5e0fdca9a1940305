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
