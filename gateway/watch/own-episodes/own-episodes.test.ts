import { describe, expect, it } from 'vitest';
import { OwnEpisodes } from './own-episodes.ts';

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;
const well = { isBeyondKept: false, asBefore: null };
/** The score of a sensor that is so many times as far as is usual. */
const scoreAt = (times: number) => 1 - 0.35 / times;

interface Lasting {
  times: number;
  minutes: number;
  sensor?: number;
  isNamed?: boolean;
  becomesChanged?: boolean;
}

/** A machine that is well, but for the episodes that it is let have. */
function machine(episodes = new OwnEpisodes()) {
  let timeMs = Date.UTC(2026, 0, 5);
  const rest = { isChanged: false, sensors: () => [], isNamed: () => false, ...well };
  const wait = (minutes: number) => {
    for (let i = 0; i < minutes; i += 5) {
      timeMs += 5 * minuteMs;
      episodes.take({ ...rest, timeMs, score: 0 });
    }
  };
  /** Returns after how many minutes it is told; null: it is not. A day passes after it. */
  const have = ({ times, minutes, sensor = 0, isNamed, becomesChanged }: Lasting): number | null => {
    let told: number | null = null;
    for (let i = 0; i < minutes; i++) {
      timeMs += minuteMs;
      const isChanged = becomesChanged === true && i === minutes - 1;
      const more = { isChanged, sensors: () => [sensor], isNamed: () => isNamed === true, ...well };
      episodes.take({ timeMs, score: scoreAt(times), ...more });
      if (!episodes.isHeld) told ??= i;
    }
    wait(1_440);
    expect(episodes.isHeld).toBe(false);
    return told;
  };
  wait((10 * dayMs) / minuteMs);
  return { episodes, have, wait };
}

describe('what is unusual', () => {
  it('is told at once on a machine that had no such episode, and after hours on one that had some', () => {
    const { have } = machine();
    expect(have({ times: 1.2, minutes: 120 })).toBe(0);
    expect(have({ times: 2, minutes: 240, sensor: 1 })).toBeGreaterThan(50);
    expect(have({ times: 1.2, minutes: 120, sensor: 2 })).toBeNull();
    expect(have({ times: 8, minutes: 120, sensor: 3 })).toBeLessThan(30);
  });

  it('and comes again is told once there is enough of it in some days', () => {
    const { have } = machine();
    have({ times: 1.5, minutes: 30 });
    const told = [1, 2, 3].map(() => have({ times: 1.5, minutes: 60, sensor: 1 }) !== null);
    expect(told).toEqual([false, true, false]);
  });

  it('is told before it lasts for so long that the machine is changed', () => {
    const { have } = machine();
    for (let i = 0; i < 3; i++) have({ times: 1.5, minutes: 300, sensor: i });
    const told = have({ times: 1.02, minutes: 479, sensor: 5, becomesChanged: true });
    expect(told).toBeGreaterThan(400);
  });

  it('is told at once again when a month or two have passed', () => {
    const { have, wait } = machine();
    have({ times: 1.5, minutes: 60 });
    wait((200 * dayMs) / minuteMs);
    expect(have({ times: 3, minutes: 60 })).toBeLessThan(2);
  });

  it('for the fourth time, and ended by itself, is told only if it is more or longer than ever', () => {
    const { have } = machine();
    for (let i = 0; i < 3; i++) expect(have({ times: 4, minutes: 240 })).not.toBeNull();
    expect(have({ times: 4, minutes: 240 })).toBeNull();
    expect(have({ times: 6, minutes: 240 })).not.toBeNull();
    expect(have({ times: 6, minutes: 420 })).not.toBeNull();
  });

  it('for the fourth time is told before it is changed, however long it lasted before', () => {
    const { have } = machine();
    for (let i = 0; i < 3; i++) expect(have({ times: 4, minutes: 420 })).not.toBeNull();
    const told = have({ times: 3, minutes: 479, becomesChanged: true });
    expect(told).toBeGreaterThan(400);
  });

  it('again and again is told once it comes much more often, and then only if it becomes still more', () => {
    const { have } = machine();
    for (let i = 0; i < 3; i++) have({ times: 4, minutes: 60 });
    const told = Array.from({ length: 24 }, () => have({ times: 4, minutes: 50 }) !== null);
    expect(told.slice(0, 3)).toEqual([false, false, false]);
    expect(told.filter(Boolean).length).toBeGreaterThan(0);
    expect(told.filter(Boolean).length).toBeLessThan(5);
    expect(told.slice(-8)).not.toContain(true);
  });

  it('is told at once if a person has named such a fault, and it does not count as a false alarm', () => {
    const { have, episodes } = machine();
    for (let i = 0; i < 4; i++) have({ times: 4, minutes: 240 });
    expect(have({ times: 4, minutes: 60, isNamed: true })).toBe(0);
    for (let i = 0; i < 6; i++) episodes.wasFault([0]);
    expect(have({ times: 1.1, minutes: 60 })).toBeLessThan(2);
  });

  it('does not count as a false alarm if it became a change', () => {
    const { have } = machine();
    have({ times: 2, minutes: 479, becomesChanged: true });
    expect(have({ times: 1.1, minutes: 60 })).toBe(0);
  });
});

it('a machine that is known for an hour is told of what comes each quarter of an hour, however often', () => {
  const episodes = new OwnEpisodes();
  let told = 0;
  let wasHeld = true;
  for (let second = 0; second < 4 * 3_600; second++) {
    const isBeyond = second % 900 > 700;
    const rest = { isChanged: false, sensors: () => [0], isNamed: () => false, ...well };
    episodes.take({ timeMs: 1_000 * second, score: isBeyond ? scoreAt(3) : 0, ...rest });
    const isTold = isBeyond && !episodes.isHeld;
    if (isTold && wasHeld) told++;
    wasHeld = !isTold;
  }
  expect(told).toBe(16);
});

it('what is known of episodes outlives a restart', () => {
  const { have, episodes } = machine();
  expect(episodes.save()).toBeNull();
  for (let i = 0; i < 3; i++) have({ times: 4, minutes: 240 });
  have({ times: 1.2, minutes: 60, sensor: 2 });
  const resumed = new OwnEpisodes();
  resumed.restore(JSON.parse(JSON.stringify(episodes.save())));
  expect(resumed.save()).toEqual(episodes.save());
});

it('an episode that goes on outlives a restart, so that it is told before it is changed', () => {
  const { have, episodes } = machine();
  const beforeMs = have({ times: 1.5, minutes: 60 });
  expect(beforeMs).toBe(0);
  let timeMs = Date.UTC(2026, 1, 1);
  const take = (to: OwnEpisodes) => {
    timeMs += minuteMs;
    const rest = { isChanged: false, sensors: () => [4], isNamed: () => false, ...well };
    to.take({ timeMs, score: scoreAt(1.05), ...rest });
  };
  for (let i = 0; i < 120; i++) take(episodes);
  expect(episodes.isHeld).toBe(true);
  const resumed = new OwnEpisodes();
  resumed.restore(JSON.parse(JSON.stringify(episodes.save())));
  expect(resumed.isHeld).toBe(true);
  let minutes = 120;
  while (resumed.isHeld && minutes < 500) {
    take(resumed);
    minutes++;
  }
  expect(minutes).toBeLessThan(460);
});

describe('a machine that is changed', () => {
  const changing = (episodes: OwnEpisodes) => {
    let timeMs = Date.UTC(2026, 0, 5);
    const take = (isChanged: boolean, score: number) => {
      timeMs += minuteMs;
      episodes.take({ timeMs, score, isChanged, sensors: () => [], isNamed: () => false, ...well });
      return episodes.isTelling;
    };
    return (minutes: number, isChanged: boolean, score: number) =>
      Array.from({ length: minutes }, () => take(isChanged, score)).filter(Boolean).length;
  };

  it('is told of for some minutes when nobody was told, and again once it was over', () => {
    const take = changing(new OwnEpisodes());
    expect(take(60, false, 0)).toBe(0);
    expect(take(2_880, true, 0.525)).toBeLessThan(15);
    expect(take(60, false, 0)).toBe(0);
    expect(take(60, true, 0.525)).toBeGreaterThan(8);
  });

  it('after what was told and is not over is not told of again', () => {
    const take = changing(new OwnEpisodes());
    take(60, false, scoreAt(3));
    expect(take(600, true, 0.525)).toBe(0);
  });

  it('after episodes that were told and had ended is told of', () => {
    const take = changing(new OwnEpisodes());
    for (let i = 0; i < 3; i++) {
      take(60, false, scoreAt(3));
      take(600, false, 0);
    }
    expect(take(600, true, 0.525)).toBeGreaterThan(8);
  });

  it('is not told of again after a restart', () => {
    const before = new OwnEpisodes();
    changing(before)(60, true, 0.525);
    const after = new OwnEpisodes();
    after.restore(JSON.parse(JSON.stringify(before.save())));
    expect(changing(after)(60, true, 0.525)).toBe(0);
  });
});
