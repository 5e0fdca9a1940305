import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { liveYear } from './year.ts';

const live = (seed: number, days: number) =>
  liveYear({ seed, days, folder: mkdtempSync(join(tmpdir(), 'harbinger-year-test-')) });

/** The words in which each event must be told. */
const told = {
  'steady level over a limit': /^Warning: limit on hall-a\/pump-1; vibration [56]/,
  'sudden failure': /limit on hall-a\/pump-2; vibration/,
  'loose probe (−127)': /sensor-fault on hall-a\/fan-1; bearing_temp sends -127/,
};

it('a week of a plant: what exceeds a limit, breaks or comes loose is told in time, and by name', async () => {
  const week = await live(1, 7);
  expect(week.tellings.map(({ kind }) => kind).sort()).toEqual(Object.keys(told).sort());
  for (const { kind, outcome, text, endedInTime } of week.tellings) {
    expect({ kind, outcome, endedInTime }).toEqual({ kind, outcome: 'told', endedInTime: true });
    expect(text).toMatch(told[kind as keyof typeof told]);
  }
});

it('a seed repeats its time, word by word; another seed makes another one', {
  tags: ['long'],
}, async () => {
  const [one, two, other] = [await live(2, 7), await live(2, 7), await live(3, 7)];
  expect(two).toEqual(one);
  expect(other.fromMs).not.toBe(one.fromMs);
});
