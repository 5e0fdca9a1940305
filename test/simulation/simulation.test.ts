import { expect, it } from 'vitest';
import { simulate } from './simulate.ts';
import { drawSchedule } from './world/schedule.ts';

/** Time limit. The runs take some seconds, but on a busy machine they wait far longer for a core. */
const busyMsMax = 900_000;

const seeds = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

it(
  'schedules of faults lose nothing, repeat nothing, and keep every order',
  async () => {
    const broken: unknown[] = [];
    let acked = 0;
    for (const seed of seeds(1, 40)) {
      const { problems, outcome } = await simulate(drawSchedule(seed));
      acked += outcome.acked;
      if (problems.length > 0) broken.push({ seed, problems: problems.slice(0, 3) });
    }
    expect(broken).toEqual([]);
    expect(acked).toBeGreaterThan(1_000);
  },
  busyMsMax,
);

it(
  'the same seed repeats a run step by step; another seed makes another run',
  async () => {
    for (const seed of seeds(31, 2)) {
      const [one, two, other] = [
        await simulate(drawSchedule(seed)),
        await simulate(drawSchedule(seed)),
        await simulate(drawSchedule(seed + 1_000)),
      ];
      expect(two.trace).toEqual(one.trace);
      expect({ ...two, trace: [] }).toEqual({ ...one, trace: [] });
      expect(other.fingerprint).not.toBe(one.fingerprint);
    }
  },
  busyMsMax,
);
