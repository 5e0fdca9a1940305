import { expect, it } from 'vitest';
import { drawSchedule } from './draw.ts';
import { runTelling } from './telling.ts';

/** Time limit. The runs take some seconds, but on a busy machine they wait far longer for a core. */
const busyMsMax = 900_000;

async function tell(seeds: readonly number[]): Promise<number> {
  const broken: unknown[] = [];
  let told = 0;
  for (const seed of seeds) {
    const run = await runTelling(drawSchedule(seed));
    told += run.told;
    if (run.problems.length > 0) broken.push({ seed, problems: run.problems.slice(0, 3) });
  }
  expect(broken).toEqual([]);
  return told;
}

it(
  'a device that keeps its own while another goes on, over a kill: told once, with an end',
  async () => {
    expect(await tell([155])).toBe(4);
  },
  busyMsMax,
);

it('whatever happens to devices, gateways and cloud', { tags: ['long'], timeout: busyMsMax }, async () => {
  expect(await tell([212, ...Array.from({ length: 20 }, (_, i) => 1 + i)])).toBeGreaterThan(50);
});
