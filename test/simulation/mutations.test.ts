import { describe, expect, it } from 'vitest';
import { type Mutation, mutations } from './mutations.ts';
import { shrink } from './runs/shrink.ts';
import { simulate } from './simulate.ts';
import { drawSchedule, type Schedule } from './world/schedule.ts';

/** Bounds the search for a schedule that detects a fault. */
const schedulesMax = 400;

/** Searches from the schedule that is known to detect the fault. */
async function firstBroken({ needs = [], seed: from = 1, seams }: Mutation): Promise<Schedule | null> {
  for (let seed = from, tried = 0; tried < schedulesMax; seed++) {
    const schedule = drawSchedule(seed);
    const fits = needs.length === 0 || schedule.faults.some(({ kind }) => needs.includes(kind));
    if (!fits) continue;
    tried++;
    if ((await simulate(schedule, seams)).problems.length > 0) return schedule;
  }
  return null;
}

/** Some faults need many schedules to be detected, and the machine may be busy. */
const searchMsMax = 900_000;

describe('the simulation detects a product that', () => {
  it.each(mutations)('$name', { tags: ['long'], timeout: searchMsMax }, async (mutation) => {
    expect(await firstBroken(mutation)).not.toBeNull();
  });
});

it(
  'a failing schedule is reduced',
  async () => {
    const mutation = mutations[0]!;
    const { seams } = mutation;
    const schedule = (await firstBroken(mutation))!;
    const { invariant } = (await simulate(schedule, seams)).problems[0]!;
    const small = await shrink(schedule, invariant, seams);
    const { problems } = await simulate(small, seams);
    expect(problems.map((problem) => problem.invariant)).toContain(invariant);
    expect(small.faults.length).toBeLessThanOrEqual(2);
    expect(small.sensors.length).toBeLessThanOrEqual(2);
  },
  searchMsMax,
);
