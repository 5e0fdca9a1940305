/**
 * Growth of work (test/growth): shows that the work that an input causes grows as its length, by comparing what inputs
 * of two lengths cost. Executed blocks of JavaScript are counted, so that no load of the computer matters. Only for what
 * built-in functions do, such as searches in texts, CPU time is compared. The inputs of formats are in
 * test/conformance/formats.
 */
import { expect } from 'vitest';
import { countedSteps } from './steps.ts';
import { withinSeconds } from './within-seconds.ts';

/** In bytes. Quadratic work on the larger one takes seconds, and linear work a few milliseconds. */
export const [smallBytes, largeBytes] = [16 << 10, 64 << 10];
/** Limits of the cost of four times the length, over that of the length: 4 is linear, 16 quadratic. */
const stepsRatioMax = 5.5;
const cpuRatioMax = 9;
/** Fewer steps are those of any message, however short. */
const leastSteps = 5_000;
/** Less CPU time is not compared: it would be noise, and does no harm. */
const leastCpuMs = 4;
/** A garbage collection within one of the two may distort a comparison. The best of so many counts. */
const attempts = 5;
/** After so many seconds, the work counts as endless. */
const secondsMax = 20;

/** Time limit of a test of many inputs, on a computer that is busy with other tests too. */
export const growthTestMsMax = 600_000;

/** Makes an input of about so many bytes, and returns the work on it, which may go on after it has returned. */
export type Prepare = (bytes: number) => () => unknown;

/** Fails if the work grows faster than its input. */
export async function expectLinear(about: string, prepare: Prepare): Promise<void> {
  const least = { steps: Number.POSITIVE_INFINITY, cpuMs: Number.POSITIVE_INFINITY };
  for (let attempt = 0; attempt < attempts; attempt++) {
    const large = await cost(about, prepare(largeBytes));
    const small = await cost(about, prepare(smallBytes));
    const steps = large.steps < leastSteps ? 0 : large.steps / small.steps;
    const cpuMs = large.cpuMs < leastCpuMs ? 0 : large.cpuMs / small.cpuMs;
    least.steps = Math.min(least.steps, steps);
    least.cpuMs = Math.min(least.cpuMs, cpuMs);
    if (least.steps < stepsRatioMax && least.cpuMs < cpuRatioMax) return;
  }
  const growth = `growth of the work with four times the length: ${about}`;
  expect(least.steps, `${growth}, in steps`).toBeLessThan(stepsRatioMax);
  expect(least.cpuMs, `${growth}, in CPU time`).toBeLessThan(cpuRatioMax);
}

/** Steps that the work takes, and CPU time, that of the garbage collector included. */
async function cost(about: string, work: () => unknown): Promise<{ steps: number; cpuMs: number }> {
  let cpuMs = 0;
  const steps = await countedSteps(async () => {
    const from = process.cpuUsage();
    await withinSeconds(secondsMax, about, work);
    const { user, system } = process.cpuUsage(from);
    cpuMs = (user + system) / 1_000;
  });
  return { steps, cpuMs };
}
