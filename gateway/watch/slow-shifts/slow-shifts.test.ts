import { expect, it } from 'vitest';
import { estimatePoliciesOf } from '../../../shared/domain/alert-policy.ts';
import type { Sensor } from '../../../shared/domain/machine-type.ts';
import { loadMachineTypes } from '../../../shared/domain/machine-types.ts';
import { gaussian, type Random, seededRandom } from '../../../shared/runtime/random.ts';
import { Baseline } from '../baselines/baseline.ts';
import { baselineOptions } from '../baselines/baseline-options.ts';

/** Shifts that come so slowly, or are so small, that ranges and relations follow them are told once, and end when they are back. */
const generic = loadMachineTypes().get('generic')!;
const [policy] = estimatePoliciesOf(generic);
const dayMinutes = 1_440;
const fromMs = Date.UTC(2026, 0, 5);
/** The day on which each fault begins. */
const faultDay = 30;

type RowOf = (day: number, minute: number) => number[];

const sensorsOf = (names: readonly string[]) =>
  names.map((name): Sensor => ({ name, unit: '1', min: -1e6, max: 1e6 }));

class Watched {
  /** Days of the fault, and after it, on which an alert of this kind would open, and end. */
  readonly opened: number[] = [];
  readonly ended: number[] = [];
  baseline: Baseline;
  private readonly names: readonly string[];
  private isOpen = false;

  constructor(names: readonly string[]) {
    this.names = names;
    this.baseline = this.anew();
  }

  run(rowOf: RowOf, from: number, to: number): this {
    for (let minute = from * dayMinutes; minute < to * dayMinutes; minute++) {
      const day = minute / dayMinutes;
      this.baseline.take(Float32Array.from(rowOf(day, minute)), fromMs + minute * 60_000);
      const { score } = this.baseline.score();
      const wasOpen = this.isOpen;
      this.isOpen = score >= policy!.openAt || (wasOpen && score > policy!.resolveAt);
      if (day >= faultDay && this.isOpen && !wasOpen) this.opened.push(day);
      if (day >= faultDay && !this.isOpen && wasOpen) this.ended.push(day);
    }
    return this;
  }

  restart(): this {
    const saved = this.baseline.save(this.names);
    this.baseline = this.anew();
    expect(this.baseline.restore(structuredClone(saved), this.names)).toBe(true);
    return this;
  }

  private anew(): Baseline {
    return new Baseline(this.names.length, { ...baselineOptions(generic), sensors: sensorsOf(this.names) });
  }
}

const bearings = ['bearing_temp_a', 'bearing_temp_b', 'current', 'vibration'];

/** A bearing with two probes. @param drift of the first one, by day */
function bearing(random: Random, drift: (day: number) => number): RowOf {
  let [load, around, warm] = [1, 0, 40];
  return (day, minute) => {
    if (minute % 240 === 0) load = [0.6, 0.8, 1][Math.floor(3 * random.next())]!;
    around += 0.05 * gaussian(random) - around / 4_000;
    warm += (25 + 20 * load + around - warm) / 60;
    const probe = (more: number) => warm + more + 0.2 * gaussian(random);
    return [
      probe(drift(day)),
      probe(0.6),
      20 * load + 0.3 * gaussian(random),
      2 * load + 0.1 * gaussian(random),
    ];
  };
}

/** A pump that a float switches: at each start it pumps out as much. @param slower by day */
function drainage(random: Random, slower: (day: number) => number): RowOf {
  let [level, rain, isOn] = [20, 1, false];
  return (day, minute) => {
    if (minute % dayMinutes === 0) rain = 1 + 0.8 * random.next();
    level += rain * (0.5 + 0.1 * gaussian(random));
    if (level > 50) isOn = true;
    if (isOn) level -= 6 / slower(day);
    if (level < 10) isOn = false;
    const current = isOn ? 8 + 0.1 * gaussian(random) : 0.02 * Math.abs(gaussian(random));
    return [current, level, 15 + 0.3 * gaussian(random)];
  };
}

/** One sensor that goes up and down with the day, and wanders. */
function pressure(random: Random, share: (day: number) => number): RowOf {
  let wander = 0;
  return (day) => {
    wander += 0.03 * gaussian(random) - wander / 600;
    const value = 10 + 0.5 * wander + 0.1 * gaussian(random) + 0.4 * Math.sin(2 * Math.PI * day);
    return [value * share(day)];
  };
}

const after = (day: number) => Math.max(0, day - faultDay);

it('two probes that measure the same and drift apart are told, and over within a day after they agree again', () => {
  const drift = (day: number) => (day < 50 ? 0.1 * after(day) : 0);
  const row = bearing(seededRandom(1), drift);
  const watched = new Watched(bearings).run(row, 0, 48).restart();
  const [told] = watched.baseline.beyond();
  expect(told).toMatchObject({ column: 0, shift: 'twin', beside: 'bearing_temp_b' });
  watched.run(row, 48, 52);
  expect(watched.opened).toHaveLength(1);
  expect(watched.opened[0]).toBeLessThan(faultDay + 12);
  expect(watched.ended).toHaveLength(1);
  expect(watched.ended[0]).toBeLessThan(50.75);
});

it.each([2, 3])('probes and pumps that are well are not told (%i)', (seed) => {
  const twins = new Watched(bearings).run(
    bearing(seededRandom(seed), () => 0),
    0,
    60,
  );
  const pump = new Watched(['current', 'level', 'temperature']);
  pump.run(
    drainage(seededRandom(seed), () => 1),
    0,
    60,
  );
  expect([...twins.opened, ...pump.opened]).toEqual([]);
});

it('a pump whose runs become longer is told once, however the rain is', () => {
  const row = drainage(seededRandom(4), (day) => 1 + after(day) / 40);
  const watched = new Watched(['current', 'level', 'temperature']).run(row, 0, 60);
  expect(watched.opened).toHaveLength(1);
  expect(watched.opened[0]).toBeLessThan(faultDay + 18);
  expect(watched.baseline.beyond()[0]).toMatchObject({ column: 0, shift: 'run' });
});

it('a level that is a seventh lower for good is told once, until it is back or a person says that it is normal', () => {
  const random = seededRandom(1);
  const row = pressure(random, (day) => (day >= faultDay && day < 45 ? 0.86 : 1));
  const watched = new Watched(['pressure']).run(row, 0, 40);
  expect(watched.opened).toHaveLength(1);
  expect(watched.opened[0]).toBeLessThanOrEqual(faultDay + 2);
  expect(watched.baseline.behaves()).toMatchObject({ state: 'changed' });
  watched.run(row, 40, 46);
  expect(watched.ended).toHaveLength(1);
  expect(watched.ended[0]).toBeLessThan(45.6);

  const said = new Watched(['pressure']).run(
    pressure(seededRandom(1), (day) => (day < faultDay ? 1 : 0.86)),
    0,
    33,
  );
  expect(said.baseline.confirmNormal()).toBe(true);
  said.run(
    pressure(random, () => 0.86),
    33,
    40,
  );
  expect(said.opened).toHaveLength(1);
  expect(said.ended).toHaveLength(1);
});

it('tanks that are called alike, and move each for itself, are not told as probes that disagree', () => {
  const random = seededRandom(5);
  const levels = [50, 60];
  const row = () => levels.map((_, i) => (levels[i]! += 0.05 * gaussian(random)));
  const watched = new Watched(['level_1', 'level_2']).run(row, 0, 60);
  expect(watched.baseline.beyond().filter(({ shift }) => shift === 'twin')).toEqual([]);
});
