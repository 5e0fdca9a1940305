import { expect, it, vi } from 'vitest';
import { refresher } from './refresher.ts';

/** Waits until the promises made so far have settled. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

it('runs once for each key, one run at a time', async () => {
  const ends: (() => void)[] = [];
  const work = vi.fn(() => new Promise<void>((resolve) => ends.push(resolve)));
  const refresh = refresher(work);
  refresh(1);
  refresh(1);
  refresh(2);
  expect(work).toHaveBeenCalledTimes(1);
  ends[0]!();
  await settle();
  refresh(1);
  expect(work).toHaveBeenCalledTimes(1);
  refresh(2);
  expect(work).toHaveBeenCalledTimes(2);
});

it('retries after a failure, but not immediately', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const work = vi.fn(async () => {
      throw new Error('no');
    });
    const refresh = refresher(work);
    refresh(1);
    await settle();
    refresh(1);
    expect(work).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(5_001);
    refresh(1);
    expect(work).toHaveBeenCalledTimes(2);
  } finally {
    vi.useRealTimers();
  }
});
