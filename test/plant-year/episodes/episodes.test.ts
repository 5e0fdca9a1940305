import { describe, expect, it } from 'vitest';
import { gaussian, type Random } from '../../../shared/runtime/random.ts';
import { type Episode, liveEpisode, type Told, type When, well } from './episode.ts';

/** Time limit. A run takes some seconds, but on a busy machine it waits far longer for a core. */
const busyMsMax = 900_000;
const hourOf = ({ minuteOfDay }: When) => minuteOfDay / 60;
const dayMinutes = 1_440;

const opened = (told: readonly Told[]) => told.filter(({ change }) => change === 'opened');

/** True in random spells. @param begin, end the chances a minute that a spell begins and ends */
function spells(begin: number, end: number): (random: Random) => boolean {
  let isOn = false;
  return (random) => {
    if (random.next() < (isOn ? end : begin)) isOn = !isOn;
    return isOn;
  };
}

/** A value that is beyond its limit now and then. */
const vibrates = (when: boolean, random: Random) => ({
  ...well(random),
  vibration: (when ? 5.2 : 3.2) + 0.1 * gaussian(random),
});

interface Case {
  days: number;
  episode: () => Episode;
  openedMax: number;
}

/** Causes of every kind that come and go for some days. */
const short: Record<string, Case> = {
  'noise that grows about a limit': {
    days: 1,
    episode: () => (when, random) => {
      const vibration = 4.2 + (0.3 + when.minute / 480) * gaussian(random);
      return { ...well(random), ...(when.minute < 480 && { vibration: Math.max(0, vibration) }) };
    },
    openedMax: 3,
  },
  'a severity to and fro': {
    days: 2,
    episode: () => (when, random) => ({
      ...well(random),
      vibration: (Math.sin(when.minute / 12) > 0 ? 8 : 5.5) + 0.1 * gaussian(random),
    }),
    openedMax: 1,
  },
  'a loose probe': {
    days: 2,
    episode: () => {
      const isOff = spells(0.15, 0.15);
      return (_, random) => ({ ...well(random), ...(isOff(random) && { bearing_temp: -127 }) });
    },
    openedMax: 3,
  },
  'a plug that loses contact now and then': {
    days: 4,
    episode: () => {
      const isOff = spells(0.003, 0.1);
      return (_, random) => ({ ...well(random), ...(isOff(random) && { bearing_temp: -127 }) });
    },
    openedMax: 3,
  },
  'a machine with a bad radio': {
    days: 3,
    episode: () => {
      const isLost = spells(0.02, 0.02);
      return (_, random) => (isLost(random) ? null : well(random));
    },
    openedMax: 3,
  },
  'a sensor with a bad radio': {
    days: 3,
    episode: () => {
      const isLost = spells(0.02, 0.02);
      return (_, random) => ({ ...well(random), ...(isLost(random) && { bearing_temp: Number.NaN }) });
    },
    openedMax: 3,
  },
};

/** Wear that passes a limit for weeks, at first by little. */
const long: Record<string, Case> = {
  'in the hottest hours of each day': {
    days: 14,
    episode: () => (when, random) => ({
      ...well(random),
      bearing_temp:
        66 + 0.3 * when.day + 8 * Math.sin((Math.PI * (hourOf(when) - 8)) / 12) + 0.5 * gaussian(random),
    }),
    openedMax: 3,
  },
  'a bit more often each day': {
    days: 14,
    episode: () => (when, random) => {
      const { minute, day } = when;
      const load = Math.sin(minute / 37) + Math.sin(minute / 171) + Math.sin(minute / 11) / 2;
      return vibrates(load > 2.3 - 0.12 * day, random);
    },
    openedMax: 3,
  },
  'on every third day': {
    days: 21,
    episode: () => (when, random) => {
      const hour = hourOf(when);
      return vibrates(when.day % 3 === 0 && hour > 12 && hour < 14, random);
    },
    openedMax: 3,
  },
};

async function seen({ days, episode }: Case, seed: number) {
  const told = await liveEpisode(episode(), { days, seed });
  return { opened: opened(told).length, notifications: told.length };
}

describe.each(Object.keys(short))('%s', (name) => {
  it('is one episode', { timeout: busyMsMax }, async () => {
    const { opened: times, notifications } = await seen(short[name]!, 1);
    expect(times).toBeGreaterThan(0);
    expect(times).toBeLessThanOrEqual(short[name]!.openedMax);
    expect(notifications).toBeLessThanOrEqual(2 * short[name]!.openedMax + 2);
  });
});

describe.each(Object.keys(long))('wear beyond a limit %s', { tags: ['long'] }, (name) => {
  it.each([1, 2])('is one episode (seed %i)', { timeout: busyMsMax }, async (seed) => {
    const { opened: times, notifications } = await seen(long[name]!, seed);
    expect(times).toBeGreaterThan(0);
    expect(times).toBeLessThanOrEqual(long[name]!.openedMax);
    expect(notifications).toBeLessThanOrEqual(2 * long[name]!.openedMax);
  });
});

it(
  'what is beyond its limit after a real recovery is told at once, and so is another sensor meanwhile',
  async () => {
    const told = await liveEpisode(
      ({ minute, day }, random) => {
        const { vibration, bearing_temp } = well(random);
        // A temperature that comes and goes on the first day, a vibration in it for an hour, and both again on the fourth.
        const isWarm = (day === 0 && Math.sin(minute / 12) > 0) || day >= 3;
        const shakes = minute >= 700 && minute < 760;
        return {
          vibration: shakes ? 5.2 + 0.1 * gaussian(random) : vibration,
          bearing_temp: isWarm ? 79 + 0.3 * gaussian(random) : bearing_temp,
        };
      },
      { days: 4, kills: [900, 2_000] },
    );
    const about = (sensor: string) =>
      told.filter(({ reasons }) => reasons.some((each) => each.startsWith(`${sensor} `)));
    const shaking = about('vibration')[0]!;
    expect([shaking.change, shaking.minute >= 700 && shaking.minute <= 710]).toEqual(['updated', true]);
    // It ends within two days, and the fourth is told in its first minutes.
    expect(told.map(({ change, minute }) => [change, Math.floor(minute / dayMinutes)])).toEqual([
      ['opened', 0],
      ['resolved', 0],
      ['opened', 0],
      ['updated', 0],
      ['resolved', 1],
      ['opened', 3],
    ]);
    expect(told.at(-1)!.minute).toBeLessThanOrEqual(3 * dayMinutes + 5);
  },
  busyMsMax,
);
