/** For how long a change is told: an alert ends when its cause has, though relations wait for its return. */
import { expect, it } from 'vitest';
import { OwnEpisodes } from './own-episodes.ts';
import { ShownChange } from './shown-change.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const needsMs = 14 * 24 * hourMs;

/** A machine that has changed. `away` and `back` are hours for which it is as it was, and for which it is not. */
function changed(change = new ShownChange()) {
  let forMs = 0;
  const run = (hours: number, isBeyond: boolean) => {
    for (let minute = 0; minute < 60 * hours; minute++) {
      forMs = isBeyond ? 0 : forMs + minuteMs;
      change.take({ isBeyond, asBefore: { forMs, needsMs } }, minuteMs);
    }
    return change.isGone;
  };
  return { away: (hours: number) => run(hours, false), back: (hours: number) => run(hours, true) };
}

it('a change is told until it has not shown itself for a day of running, and anew after an hour of it', () => {
  const { away, back } = changed();
  expect([back(5), away(23.5), back(0.5), away(23.5)]).toEqual([false, false, false, false]);
  expect(away(0.6)).toBe(true);
  expect([away(100), back(0.5)]).toEqual([true, true]);
  expect([back(0.6), away(23)]).toEqual([false, false]);
});

it('short returns days apart do not add up to one, and those of the same hours do', () => {
  const { away, back } = changed();
  back(5);
  away(25);
  for (let week = 0; week < 6; week++) expect([back(0.5), away(120)]).toEqual([true, true]);
  expect([back(0.4), away(2), back(0.4), away(2), back(0.4)].at(-1)).toBe(false);
});

it('a restart tells no change anew that was told no more, and what is over is forgotten', () => {
  const first = new OwnEpisodes();
  const rest = { score: 0, isChanged: true, isBeyondKept: false, sensors: () => [0], isNamed: () => false };
  const take = (episodes: OwnEpisodes, minute: number, forMs: number | null) => {
    const asBefore = forMs === null ? null : { forMs, needsMs };
    episodes.take({ ...rest, isChanged: forMs !== null, timeMs: minute * minuteMs, asBefore });
    return episodes.isTelling;
  };
  expect(take(first, 0, 0)).toBe(true);
  for (let minute = 1; minute < 40; minute++) take(first, minute, 25 * hourMs);
  expect(first.isTelling).toBe(false);
  const restored = new OwnEpisodes();
  restored.restore(structuredClone(first.save()!));
  expect(restored.change.quietMs).toBe(first.change.quietMs);
  expect(restored.change.quietMs).toBe(39 * minuteMs);
  expect(take(restored, 41, 26 * hourMs)).toBe(false);
  expect(take(restored, 42, null)).toBe(false);
  expect(restored.change.isGone).toBe(false);
  expect(take(restored, 43, 0)).toBe(true);
});

it('it is known for how long nothing has been beyond', () => {
  const change = new ShownChange();
  const { away, back } = changed(change);
  away(3);
  expect(change.quietMs).toBe(3 * hourMs);
  back(0.1);
  expect(change.quietMs).toBe(0);
});
