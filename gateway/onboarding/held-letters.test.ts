/** Which letters hold messages of unknown machines: by their keys, and by their content where an earlier version kept them. */
import { expect, it, vi } from 'vitest';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import type { DeadLetter, KnownLetter } from '../ports/dead-letters.ts';
import { HeldLetters } from './held-letters.ts';

const earlier = (machine: string) =>
  `no rule says what type of machine '${machine}' is: add it under [[machines]]`;

function lettersOf(known: (KnownLetter & { reason?: string })[], readMs = 0) {
  const clock = manualClock();
  const show = vi.fn(async (id: number) => {
    clock.advanceNow(readMs);
    const found = known.find((one) => one.id === id);
    return found ? ({ reason: 'new', ...found } as unknown as DeadLetter) : null;
  });
  const before: [number, string][] = [];
  const noted = (letter: DeadLetter, machine: string) => void before.push([letter.id, machine]);
  const held = new HeldLetters({ ofCode: () => known, show }, clock, noted);
  return { held, show, before };
}
const letter = (id: number, machine: string): KnownLetter => ({ id, machine, keptMs: id * 10 });

it('letters are found by their keys, and the newest of each machine are read once, for the summary', async () => {
  const known = Array.from({ length: 100 }, (_, i) => letter(i + 1, i % 4 === 0 ? 'a/b' : 'a/c'));
  const { held, show, before } = lettersOf(known);
  const found = await held.byMachine();
  expect([found.get('a/b')?.ids.length, found.get('a/c')?.ids.length]).toEqual([25, 75]);
  expect(found.get('a/c')).toMatchObject({ sinceMs: 20 });
  expect(before).toHaveLength(40);
  expect(before[0]![0]).toBeLessThan(before[39]![0]);
  await held.byMachine();
  expect(show).toHaveBeenCalledTimes(40);
});

it('letters that came since the start are not summarised again', async () => {
  const known = [letter(1, 'a/b')];
  const { held, before } = lettersOf(known);
  known.push(letter(2, 'a/c'));
  expect([...(await held.byMachine()).keys()]).toEqual(['a/b', 'a/c']);
  expect(before).toEqual([[1, 'a/b']]);
});

it('letters of earlier versions are read for their machine, for a few seconds at a time', async () => {
  const known = Array.from({ length: 8 }, (_, i) => ({ id: i + 1, keptMs: 5, reason: earlier('a/b') }));
  const { held } = lettersOf(known, 1_000);
  expect((await held.byMachine()).get('a/b')?.ids).toEqual([1, 2, 3, 4, 5]);
  expect((await held.byMachine()).get('a/b')?.ids).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});
