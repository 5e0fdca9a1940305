import { describe, expect, it } from 'vitest';
import { mutations } from './mutations.ts';
import { drawSchedule, type Schedule } from './schedule.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';

const seeds = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
/** Enough that each mutation is met by many. */
const seedsPerMutation = 150;

it('a hundred schedules of faults lose nothing, repeat nothing, and keep every order', async () => {
  const broken: unknown[] = [];
  let acked = 0;
  for (const seed of seeds(1, 100)) {
    const { problems, outcome } = await simulate(drawSchedule(seed));
    acked += outcome.acked;
    if (problems.length > 0) broken.push({ seed, problems: problems.slice(0, 3) });
  }
  expect(broken).toEqual([]);
  expect(acked).toBeGreaterThan(1_000);
});

it('the same seed gives the same run, step by step; another seed another', async () => {
  for (const seed of seeds(31, 5)) {
    const [one, two, other] = [
      await simulate(drawSchedule(seed)),
      await simulate(drawSchedule(seed)),
      await simulate(drawSchedule(seed + 1_000)),
    ];
    expect(two.trace).toEqual(one.trace);
    expect({ ...two, trace: [] }).toEqual({ ...one, trace: [] });
    expect(other.fingerprint).not.toBe(one.fingerprint);
  }
});

describe('a fault put into the product is found:', () => {
  it.each(mutations)('$name', async ({ apply }) => {
    const undo = apply();
    try {
      expect(await firstBroken()).not.toBeNull();
    } finally {
      undo();
    }
  });
});

async function firstBroken(): Promise<Schedule | null> {
  for (const seed of seeds(1, seedsPerMutation)) {
    const schedule = drawSchedule(seed);
    if ((await simulate(schedule)).problems.length > 0) return schedule;
  }
  return null;
}

it('a failing schedule is made small', async () => {
  const undo = mutations[0]!.apply();
  try {
    const schedule = (await firstBroken())!;
    const { problems } = await simulate(schedule);
    const small = await shrink(schedule, problems[0]!.invariant);
    expect((await simulate(small)).problems.map(({ invariant }) => invariant)).toContain(
      problems[0]!.invariant,
    );
    expect(small.faults.length).toBeLessThanOrEqual(2);
    expect(small.sensors.length).toBe(1);
  } finally {
    undo();
  }
});
