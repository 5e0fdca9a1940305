import { expect, it } from 'vitest';
import { runSchedule } from './schedule.ts';

const schedules = 60;

it('whatever was cut, killed, doubled, put back or jumped: in force is what was asked for last, and never half of it', async () => {
  for (let seed = 1; seed <= schedules; seed++) {
    const problems = await runSchedule(seed);
    expect(problems, `seed ${seed}`).toEqual([]);
  }
}, 120_000);
