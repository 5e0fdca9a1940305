import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../runtime/random.ts';
import { doublesFixed, newRelationNumbers } from './layout.ts';
import { dayMs, rowsOf, rowsPerDay, startMs } from './machine.testing.ts';
import { RelationDetector, type RelationState } from './relation-detector.ts';

const beginDay = 25;

interface Options {
  days: number;
  seed: number;
  /** How many times as high as usual vibration is. */
  by(day: number): number;
  /** Called after each row. */
  each?(detector: RelationDetector, day: number): void;
}

/** States by day: all that were seen on it while the fault was there. */
function run({ days, seed, by, each }: Options) {
  const { rows, times } = rowsOf(days, seed);
  const detector = new RelationDetector(4);
  const seen = new Map<number, Set<RelationState>>();
  const all: RelationState[] = [];
  rows.forEach((row, at) => {
    const day = (times[at]! - startMs) / dayMs;
    const factor = by(day);
    detector.push(Float64Array.of(row[0]! * factor, ...row.subarray(1)), 0, times[at]!);
    const { state } = detector;
    all.push(state);
    if (factor !== 1) seen.set(Math.floor(day), (seen.get(Math.floor(day)) ?? new Set()).add(state));
    each?.(detector, day);
  });
  return { detector, seen, all };
}

const isDaily = (day: number, to = Number.POSITIVE_INFINITY) =>
  day > beginDay && day < to && day % 1 > 0.25 && day % 1 < 0.375;
const isNoticed = (states: Set<RelationState>) => states.has('unusual') || states.has('changed');

describe('what lasts', () => {
  it('is not forgotten where it shows at some speeds only', () => {
    for (const seed of [2, 4]) {
      const { detector, seen } = run({ days: 50, seed, by: (day) => (day > beginDay ? 1.4 : 1) });
      expect([...seen.values()].every(isNoticed)).toBe(true);
      expect(detector.state).toBe('changed');
      expect(detector.changedMs! - startMs).toBeLessThan((beginDay + 1) * dayMs);
    }
  });

  it('is over some hours after the machine is as it was, and the next fault is told as the first was', () => {
    const { all } = run({
      days: 54,
      seed: 4,
      by: (day) => ((day > beginDay && day < 45) || day > 52 ? 1.4 : 1),
    });
    const of = (from: number, to: number) => new Set(all.slice(from * rowsPerDay, to * rowsPerDay));
    expect(of(48, 52)).toEqual(new Set(['normal']));
    expect(of(52, 53)).toContain('unusual');
  });

  it('without a break and far off is over an hour or so after it, and the next time is told again', () => {
    const isOff = (day: number) => (day > beginDay && day < beginDay + 0.5) || day > beginDay + 2;
    const { all } = run({ days: beginDay + 3, seed: 4, by: (day) => (isOff(day) ? 3 : 1) });
    const hour = rowsPerDay / 16;
    const end = beginDay * rowsPerDay + 12 * hour;
    expect(all[end - 1]).toBe('changed');
    expect(new Set(all.slice(end + 2 * hour, (beginDay + 2) * rowsPerDay))).toEqual(new Set(['normal']));
    expect(all.slice((beginDay + 2) * rowsPerDay, (beginDay + 3) * rowsPerDay)).toContain('unusual');
  });

  it('near its level is over two hours or so after it, and not a night later', () => {
    for (const seed of [4, 5]) {
      const isOff = (day: number) => day > beginDay + 0.05 && day < beginDay + 0.45;
      const { all } = run({ days: beginDay + 1, seed, by: (day) => (isOff(day) ? 1.2 : 1) });
      const hour = rowsPerDay / 16;
      const end = beginDay * rowsPerDay + 0.45 * 24 * hour;
      expect(new Set(all.slice(end - 2 * hour, end))).not.toContain('normal');
      expect(new Set(all.slice(end + 3 * hour))).toEqual(new Set(['normal']));
    }
  });

  it('for days is over as soon as if nothing short had come days before it', () => {
    const isOff = (day: number) =>
      (day > beginDay + 0.3 && day < beginDay + 0.335) || (day > beginDay + 3.1 && day < beginDay + 5.3);
    const { all } = run({ days: beginDay + 8, seed: 4, by: (day) => (isOff(day) ? 3 : 1) });
    const hour = rowsPerDay / 16;
    const end = (beginDay + 5) * rowsPerDay + Math.round(0.3 * 24 * hour);
    expect(all[end - 1]).toBe('changed');
    expect(new Set(all.slice(end + 2 * hour))).toEqual(new Set(['normal']));
  });
});

it('what lasts is beyond the normal of before also while relations have got used to it, and not once it is over', () => {
  let used = 0;
  const { detector } = run({
    days: 28,
    seed: 2,
    by: (day) => (day > beginDay && day < beginDay + 1 ? 1.3 : 1),
    each: (each) => {
      if (each.isBeyondKept && each.state !== 'unusual') used++;
    },
  });
  expect(used).toBeGreaterThan(0);
  expect(detector.isBeyondKept).toBe(false);
});

describe('what comes again', () => {
  it('each day is told for some days, and changed from then on, until it comes no more', () => {
    const to = 50;
    const { detector, seen, all } = run({ days: 58, seed: 1, by: (day) => (isDaily(day, to) ? 1.6 : 1) });
    expect(seen.size).toBe(to - beginDay);
    expect([...seen.values()].every(isNoticed)).toBe(true);
    expect([...seen.entries()].filter(([day]) => day > 40).some(([, states]) => states.has('unusual'))).toBe(
      false,
    );
    expect(all[Math.round(45.8 * rowsPerDay)]).toBe('changed');
    expect(detector.state).toBe('normal');
  });

  it('is normal once a person says so', () => {
    let [said, told] = [0, 0];
    run({
      days: 45,
      seed: 1,
      by: (day) => (isDaily(day) ? 1.6 : 1),
      each: (detector, day) => {
        if (day > beginDay + 2 && said === 0 && isDaily(day) && detector.confirmNormal()) said = day;
        if (said > 0 && detector.state !== 'normal') told++;
      },
    });
    expect(said).toBeGreaterThan(0);
    expect(told).toBe(0);
  });
});

describe('what drifts', () => {
  /** A fan that draws more and more as its filter clogs, for forty days; then the filter is changed. Its vibration may have a fault. */
  const drifting = (clogs: number, fault: (day: number) => number) => {
    const random = seededRandom(8);
    const detector = new RelationDetector(3);
    const states: RelationState[] = [];
    let load = 0;
    for (let minute = 0; minute < 100 * 1_440; minute += 2) {
      const day = minute / 1_440;
      load = 0.99 * load + 0.14 * gaussian(random);
      const clogged = clogs * ((day % 40) / 40);
      const row = [load, 2 * load + clogged, load + fault(day)].map(
        (value) => value + 0.3 * gaussian(random),
      );
      detector.push(row, 0, startMs + minute * 60_000);
      states.push(detector.state);
    }
    return { states, shareOf: (from: number, to: number) => shareNormal(states.slice(from * 720, to * 720)) };
  };
  const shareNormal = (states: readonly RelationState[]) =>
    states.filter((state) => state === 'normal').length / states.length;

  it('as usual is normal again soon after it has begun anew', () => {
    expect(drifting(2.5, () => 0).shareOf(50, 80)).toBeGreaterThan(0.9);
  });

  it('hides no fault of a sensor that does not', () => {
    const { states, shareOf } = drifting(2.5, (day) => (day > 55 ? 2 : 0));
    expect(states.slice(55 * 720, 55 * 720 + 60)).toContain('unusual');
    expect(shareOf(56, 100)).toBeLessThan(0.01);
  });
});

describe('the word of a person', () => {
  /** Rows that were unusual after a person said after some hours that 40 % more is normal. */
  const toldAfter = (hours: number, seed: number) => {
    let [said, told] = [0, 0];
    run({
      days: 40,
      seed,
      by: (day) => (day > beginDay ? 1.4 : 1),
      each: (detector, day) => {
        if (said === 0 && day > beginDay + hours / 24 && detector.confirmNormal()) said = day;
        if (said > 0 && detector.state !== 'normal') told++;
      },
    });
    expect(said).toBeGreaterThan(0);
    return told;
  };

  it('makes what it shows at other speeds normal too', () => {
    for (const seed of [11, 13]) for (const hours of [2.4, 48]) expect(toldAfter(hours, seed)).toBe(0);
  });

  it('makes it a fault that is never forgotten, however long it lasts', () => {
    let isSaid = false;
    const { detector, seen } = run({
      days: 60,
      seed: 2,
      by: (day) => (day > beginDay ? 1.6 : 1),
      each: (each, day) => {
        if (!isSaid && day > beginDay + 0.2) isSaid = each.confirmFault();
      },
    });
    expect(isSaid).toBe(true);
    expect([...seen.values()].every((states) => states.has('unusual'))).toBe(true);
    expect(detector.isFault).toBe(true);
  });
});

describe('a restart', () => {
  it('at any row of a fault, a change or what a person said of it changes nothing', () => {
    const { rows, times } = rowsOf(36, 4);
    const one = new RelationDetector(4);
    let other = new RelationDetector(4);
    rows.forEach((row, at) => {
      const day = (times[at]! - startMs) / dayMs;
      const sent = Float64Array.of(row[0]! * (day > beginDay ? 1.4 : 1), ...row.subarray(1));
      if (at % 211 === 0) other = RelationDetector.fromBytes(other.toBytes());
      for (const each of [one, other]) {
        each.push(sent, 0, times[at]!);
        if (at === 33 * rowsPerDay) expect(each.confirmNormal()).toBe(true);
      }
      expect(other.ratio).toBe(one.ratio);
      expect(other.state).toBe(one.state);
    });
    expect(other.toBytes()).toEqual(one.toBytes());
  });

  it('keeps what the version before has learnt, which knew no drift', () => {
    const { detector } = run({ days: 30, seed: 4, by: (day) => (day > beginDay ? 1.4 : 1) });
    expect(detector.state).toBe('changed');
    const { layout } = newRelationNumbers(4);
    const [head, fixedBefore] = [24, 32];
    const size = 8 * layout.doubles + 4 * layout.floats;
    const saved = detector.toBytes();
    const before = [Uint8Array.from(saved.subarray(0, head))];
    new Float64Array(before[0]!.buffer)[0] = 3;
    for (let from = head; from < saved.length; from += size) {
      const doubles = saved.subarray(from, from + 8 * layout.doubles);
      before.push(doubles.subarray(0, 8 * fixedBefore), doubles.subarray(8 * doublesFixed));
      before.push(saved.subarray(from + 8 * layout.doubles, from + 8 * layout.doubles + 4 * layout.daySum));
    }
    const resumed = RelationDetector.fromBytes(new Uint8Array(Buffer.concat(before)));
    expect(resumed.state).toBe('changed');
    expect(resumed.changedMs).toBe(detector.changedMs);
    expect(resumed.expected(1)!.value).toBe(detector.expected(1)!.value);
  });

  it('keeps what an earlier version has learnt', () => {
    const { detector } = run({ days: 30, seed: 4, by: () => 1 });
    const { layout } = newRelationNumbers(4);
    const [head, headEarlier, fixedEarlier] = [24, 16, 17];
    const saved = detector.toBytes();
    const now = new Float64Array(saved.slice(head, head + 8 * layout.doubles).buffer);
    const counts = [...now.subarray(0, fixedEarlier), ...now.subarray(doublesFixed)];
    for (const at of [12, 13, 14]) counts[at] = Number.NaN;
    const floats = saved.subarray(head + 8 * layout.doubles, head + 8 * layout.doubles + 4 * layout.slack);
    const earlier = new Uint8Array(headEarlier + 8 * counts.length + floats.length);
    new Float64Array(earlier.buffer, 0, 2 + counts.length).set([1, 4, ...counts]);
    earlier.set(floats, headEarlier + 8 * counts.length);
    const resumed = RelationDetector.fromBytes(earlier);
    expect(resumed.state).toBe('normal');
    expect(resumed.expected(0)).toEqual(detector.expected(0));
  });
});
