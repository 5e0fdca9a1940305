import { expect, it, vi } from 'vitest';
import { refresher } from './refresher.ts';

/** Lets what has been promised so far happen. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

it('works once for each key, one at a time', async () => {
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

it('tries again after a failure, but not at once', async () => {
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
