import { expect, test } from 'vitest';
import { CompressionLevel } from './compression-level.ts';

/** Sends `blocks` blocks of 100 kB, one each `everyMs`, and returns the level of the last. */
function levelAt(everyMs: number, blocks: number): number {
  const clock = { ms: 0, monotonicMs: () => clock.ms };
  const levels = new CompressionLevel(clock);
  let last = 0;
  for (let block = 0; block < blocks; block++) {
    clock.ms += everyMs;
    last = levels.next(100_000);
  }
  return last;
}

test('at plant rates blocks are made small', () => {
  expect(levelAt(250, 100)).toBe(5);
});

test('at high rates blocks are made quickly', () => {
  expect(levelAt(10, 100)).toBe(2);
});

test('one burst does not count, and after the rush blocks are small again', () => {
  const clock = { ms: 0, monotonicMs: () => clock.ms };
  const levels = new CompressionLevel(clock);
  const at = (ms: number, bytes: number): number => {
    clock.ms = ms;
    return levels.next(bytes);
  };
  expect(at(0, 900_000)).toBe(5);
  expect(at(600, 1_000)).toBe(5);
  for (let ms = 610; ms < 2_000; ms += 10) at(ms, 100_000);
  expect(at(2_000, 1_000)).toBe(2);
  at(3_000, 1_000);
  expect(at(4_000, 1_000)).toBe(5);
});
