import { setTimeout as delay } from 'node:timers/promises';

/** Polls until the condition holds. @throws Error naming the condition, after `msMax` */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  msMax: number,
  everyMs = 100,
): Promise<void> {
  const deadline = performance.now() + msMax;
  while (!(await condition())) {
    if (performance.now() > deadline)
      throw new Error(`${what}: this did not happen within ${msMax / 1_000} s`);
    await delay(everyMs);
  }
}
