/** A device that is off by itself at night and at weekends: its usual nights are told to nobody, and its death by day at once. */
import { afterEach, describe, expect, it } from 'vitest';
import { loadMachineTypes } from '../../../shared/domain/machine-types.ts';
import { seededRandom } from '../../../shared/runtime/random.ts';
import { Hearing } from '../silence/hearing.ts';
import { silenceBench } from '../silence/silence.testing.ts';
import { UsualHours } from './usual-hours.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const zone = process.env.TZ;
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

/** Sends each minute in two shifts, whose beginning and end vary, from Monday to Friday. */
function shiftMachine(isDead: (day: number, hour: number) => boolean = () => false, seed = 3) {
  process.env.TZ = 'UTC';
  const bench = silenceBench();
  const { clock } = bench;
  /** A Monday. */
  const startMs = (7 * Math.ceil(clock.nowMs() / dayMs / 7) + 4) * dayMs;
  const random = seededRandom(seed);
  let shift = { from: 6, to: 22 };
  const told: string[] = [];
  return {
    bench,
    told,
    begin: () => clock.advance(startMs - clock.nowMs()),
    async live(days: number) {
      for (let minute = 0; minute < days * 1_440; minute++) {
        const sinceMs = clock.nowMs() - startMs;
        const [day, hour] = [Math.floor(sinceMs / dayMs), (sinceMs % dayMs) / hourMs];
        if (hour === 0) shift = { from: 5.9 + 0.4 * random.next(), to: 21.85 + 0.3 * random.next() };
        const isOn = day % 7 < 5 && hour >= shift.from && hour < shift.to;
        if (isOn && !isDead(day, hour)) bench.reading();
        const before = bench.changes().length;
        await clock.advance(minuteMs);
        const changes = bench.changes();
        if (changes.length > before && changes.at(-1))
          told.push(
            `day ${Math.floor((clock.nowMs() - startMs) / dayMs)} ${((clock.nowMs() % dayMs) / hourMs) | 0}h`,
          );
        bench.told.splice(0, Math.max(0, bench.told.length - 40));
      }
    },
  };
}

it('is not silent on any night or weekend after the first week, and is within minutes when it dies by day', async () => {
  const { bench, told, begin, live } = shiftMachine((day, hour) => day === 15 && hour >= 10);
  await begin();
  await live(7);
  const learning = told.length;
  expect(learning).toBeLessThanOrEqual(4);
  await live(7);
  await bench.restart();
  await live(1);
  expect(told.slice(learning)).toEqual([]);
  await live(1);
  expect(told.slice(learning)).toEqual(['day 15 10h']);
  expect(bench.told.at(-1)?.silence).toMatchObject({ isSilent: true, isAtUsualHours: true });
  expect(bench.told.at(-1)!.silence!.allowedMs).toBeLessThan(10 * minuteMs);
});

it('may be unheard on a usual night, and is said to be usually unheard only when that begins soon', () => {
  process.env.TZ = 'UTC';
  const type = loadMachineTypes().get('generic')!;
  const hearing = new Hearing({ site: 'hall', machine: 'gate', type }, 0, 0);
  const bounds = { afterMsMin: minuteMs, afterMsMax: 7 * dayMs };
  // The epoch was a Thursday.
  const monday = 4 * dayMs;
  const isOn = (ms: number) => (ms / dayMs) % 7 < 5 && ms % dayMs >= 6 * hourMs && ms % dayMs < 22 * hourMs;
  for (let ms = 0; ms < 21 * dayMs; ms += hourMs / 4)
    if (isOn(ms)) hearing.takes(monday + ms, monday + ms, bounds, { listeningMs: 0, offsetMs: 0 });
  const unheardTo = (ms: number) => {
    hearing.looksAhead(monday + 21 * dayMs + ms, bounds, 0);
    return hearing.unheardToMs;
  };
  expect(unheardTo(dayMs + 11 * hourMs)).toBeNull();
  expect(unheardTo(dayMs + 21.7 * hourMs)).toBeGreaterThan(monday + 23 * dayMs + 5.9 * hourMs);
});

describe('hours of the week', () => {
  /** Weeks of a machine that sends each quarter of an hour while it is on. @param isOn by day and hour */
  function lived(weeks: number, isOn: (day: number, hour: number) => boolean, offsetMs = 0) {
    const hours = new UsualHours(null, () => offsetMs);
    let lastMs = 0;
    for (let ms = 0; ms < 7 * weeks * dayMs; ms += hourMs / 4) {
      const localMs = ms + offsetMs;
      if (!isOn(Math.floor(localMs / dayMs), (localMs % dayMs) / hourMs)) continue;
      if (ms - lastMs > hourMs / 2) hours.paused(lastMs, ms);
      else hours.goesOn(ms);
      lastMs = ms;
    }
    return hours;
  }
  const allowed = { inCoreMs: hourMs / 10, else: hourMs };
  const atMs = (day: number, hour: number) => (70 + day) * dayMs + hour * hourMs;

  it('one outage of a machine that never rests neither hides its death at these hours, nor makes them quiet', () => {
    const hours = lived(4, (day, hour) => !(day === 8 && hour >= 2 && hour < 14));
    expect(hours.deadline(atMs(1, 5), allowed)).toEqual({ atMs: atMs(1, 5.1), isInCore: true });
    const young = lived(2, (day, hour) => !(day === 2 && hour >= 2 && hour < 14));
    expect(young.deadline(atMs(2, 5), allowed).atMs).toBe(atMs(2, 6));
  });

  it('in which a machine begins and ends work say nothing, and a quiet night does not count', () => {
    const hours = lived(3, (day, hour) => day % 7 < 5 && hour >= 6 && hour < 22);
    expect(hours.isKnown).toBe(true);
    expect(hours.deadline(atMs(0, 12), allowed)).toEqual({ atMs: atMs(0, 12.1), isInCore: true });
    // The first and the last hour of work do not count.
    expect(hours.coreMs(atMs(0, 18), atMs(1, 9))).toBe(3 * hourMs);
    expect(hours.deadline(atMs(4, 22), { ...allowed, else: 3 * hourMs }).atMs).toBeGreaterThan(atMs(7, 6.9));
    expect(new UsualHours(hours.saved(), () => 0).coreMs(atMs(0, 0), atMs(7, 0))).toBe(
      hours.coreMs(atMs(0, 0), atMs(7, 0)),
    );
  });

  it('are quiet soon after work and in all hours that follow, and not on a workday, however irregularly it sends then', () => {
    const hours = lived(
      3,
      (day, hour) => day % 7 < 5 && hour >= 6 && hour < 22 && Math.floor(3 * hour + day) % 5 > 0,
    );
    for (const [day, hour] of [
      [0, 21.5],
      [1, 3],
      [4, 21.8],
      [5, 12],
    ] as const)
      expect(hours.isQuietSoon(atMs(day, hour)), `${day} ${hour}`).toBe(true);
    for (const hour of [8, 11, 14, 17, 19]) expect(hours.isQuietSoon(atMs(2, hour)), `${hour}`).toBe(false);
  });

  it('are those of the time zone of the gateway', () => {
    const east = 5.5 * hourMs;
    const hours = lived(3, (day, hour) => day % 7 < 5 && hour >= 6 && hour < 22, east);
    expect(hours.deadline(atMs(0, 12) - east, allowed).atMs).toBe(atMs(0, 12.1) - east);
  });
});
