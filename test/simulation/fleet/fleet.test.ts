import { expect, it } from 'vitest';
import { runSchedule } from './schedule.ts';

/** The last: a gateway that started with a wrong clock, and heard the time within a second. */
const seeds = [...Array.from({ length: 60 }, (_, i) => i + 1), 702_600_478];

it('whatever was cut, killed, doubled, put back or jumped: in force is what was asked for last, and never half of it', async () => {
  for (const seed of seeds) {
    const problems = await runSchedule(seed);
    expect(problems, `seed ${seed}`).toEqual([]);
  }
}, 120_000);
