import { expect, it } from 'vitest';
import { yearFolder } from './runs/folder.ts';
import { liveYear } from './year.ts';

/** Time limit. A run takes some seconds, but on a busy machine it waits far longer for a core. */
const busyMsMax = 900_000;

const live = (seed: number, days: number) => liveYear({ seed, days, folder: yearFolder() });

/** The words in which each event must be told. */
const told = {
  'steady level over a limit': /^Warning: sensor beyond its limit on hall-a\/pump-1; vibration [56]/,
  'sudden failure': /sensor beyond its limit on hall-a\/pump-2; vibration/,
  'loose probe (−127)': /faulty probe on hall-a\/fan-1; bearing_temp sends -127/,
};

it('four days of a plant: what exceeds a limit, breaks or comes loose is told in time, and by name', {
  tags: ['long'],
  timeout: busyMsMax,
}, async () => {
  const days = await live(1, 4);
  expect(days.tellings.map(({ kind }) => kind).sort()).toEqual(Object.keys(told).sort());
  for (const { kind, outcome, text, endedInTime, chatter } of days.tellings) {
    expect({ kind, outcome, endedInTime, chatter }).toEqual({
      kind,
      outcome: 'told',
      endedInTime: true,
      chatter: 0,
    });
    expect(text).toMatch(told[kind as keyof typeof told]);
  }
  expect(days.falseAlerts).toEqual([]);
  // Each event is told with its severity and its end: a few notifications each.
  expect(days.notifications).toBeLessThanOrEqual(5 * days.tellings.length);
  expect(days.badges.okHours).toBeLessThanOrEqual(0.02 * days.badges.wrongHours);
});

it('a seed repeats its time, word by word; another seed makes another one', {
  tags: ['long'],
  timeout: busyMsMax,
}, async () => {
  const [one, two, other] = [await live(2, 4), await live(2, 4), await live(3, 4)];
  expect(two).toEqual(one);
  expect(other.fromMs).not.toBe(one.fromMs);
});
