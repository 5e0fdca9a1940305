import { describe, expect, it } from 'vitest';
import { type Mutation, mutations } from './mutations.ts';
import { shrink } from './runs/shrink.ts';
import { simulate } from './simulate.ts';
import { drawSchedule, type Schedule } from './world/schedule.ts';

/** So that a fault which no schedule shows does not take for ever. */
const schedulesMax = 400;

async function firstBroken({ needs }: Mutation): Promise<Schedule | null> {
  for (let seed = 1, tried = 0; tried < schedulesMax; seed++) {
    const schedule = drawSchedule(seed);
    const fits = needs.length === 0 || schedule.faults.some(({ kind }) => needs.includes(kind));
    if (!fits) continue;
    tried++;
    if ((await simulate(schedule)).problems.length > 0) return schedule;
  }
  return null;
}

/** Some take many schedules to show, and the machine may be busy. */
const searchMsMax = 900_000;

describe('a fault put into the product is found:', () => {
  it.each(mutations)(
    '$name',
    async (mutation) => {
      const undo = mutation.apply();
      try {
        expect(await firstBroken(mutation)).not.toBeNull();
      } finally {
        undo();
      }
    },
    searchMsMax,
  );
});

it('a failing schedule is made small', async () => {
  const mutation = mutations[0]!;
  const undo = mutation.apply();
  try {
    const schedule = (await firstBroken(mutation))!;
    const { invariant } = (await simulate(schedule)).problems[0]!;
    const small = await shrink(schedule, invariant);
    expect((await simulate(small)).problems.map((problem) => problem.invariant)).toContain(invariant);
    expect(small.faults.length).toBeLessThanOrEqual(2);
    expect(small.sensors.length).toBeLessThanOrEqual(2);
  } finally {
    undo();
  }
});
