/** A sensor that is not well says nothing about its machine: neither that it is unusual, nor that its neighbours are. */
import { describe, expect, it } from 'vitest';
import { loadMachineTypes } from '../../../shared/domain/machine-types.ts';
import { gaussian, seededRandom } from '../../../shared/runtime/random.ts';
import { baselineOptions } from '../baselines/baseline-options.ts';
import { MachineWindow } from '../windows/machine-window.ts';

const generic = loadMachineTypes().get('generic')!;
const names = ['suction', 'chamber', 'current'];
const minuteMs = 60_000;
const dayRows = 1_440;
const knownDays = 9;

/** A cold store that is defrosted each six hours: its temperatures go together. */
function store(seed: number) {
  const random = seededRandom(seed);
  const noise = (size: number) => size * gaussian(random);
  let chamber = -19;
  return (minute: number) => {
    const defrosts = minute % 360 < 20;
    chamber += ((defrosts ? -4 : -19) - chamber) / 25;
    const outside = 5 * Math.sin((2 * Math.PI * minute) / dayRows);
    return [
      chamber - 6 + noise(0.4),
      chamber + noise(0.3),
      (defrosts ? 0.3 : 11 + outside / 4) + noise(0.25),
    ];
  };
}

type Change = (row: number[], window: MachineWindow) => number[];

/** Follows it for some days; returns by row, from the tenth day on, the sensors that are unusual, and the faults. */
function follow(change: Change, rows = dayRows) {
  const window = new MachineWindow(30, names.length, baselineOptions(generic));
  const readings = store(3);
  const push = (values: number[], minute: number) =>
    window.push(Float32Array.from(values), 0, names.length, minute * minuteMs);
  for (let minute = 0; minute < knownDays * dayRows; minute++) push(readings(minute), minute);
  const unusual = new Set<string>();
  const scores: number[] = [];
  const faults = new Set<string>();
  for (let minute = knownDays * dayRows; minute < knownDays * dayRows + rows; minute++) {
    push(change(readings(minute), window), minute);
    for (const { column } of window.baseline.beyond()) unusual.add(names[column]!);
    for (const { sensor } of window.sensorRuns.list(names.map((name) => ({ name })))) faults.add(sensor);
    scores.push(window.baseline.score().score);
  }
  return { unusual: [...unusual], highest: Math.max(...scores), faults: [...faults] };
}

const first = (value: number) => (row: number[]) => [value, ...row.slice(1)];
/** Keeps the first value that comes. */
const stuck = (): Change => {
  let held: number | null = null;
  return (row) => {
    held ??= row[0]!;
    return first(held)(row);
  };
};

describe('a sensor that is not well', () => {
  const ways: Record<string, () => Change> = {
    'is stuck': stuck,
    'is missing': () => first(Number.NaN),
    'sends what it cannot have': () => (row, window) => {
      window.sensorRuns.refused(0);
      return first(Number.NaN)(row);
    },
  };

  it.each(Object.keys(ways))('and %s makes nothing unusual, neither itself nor its neighbours', (how) => {
    const { unusual, highest } = follow(ways[how]!());
    expect(unusual).toEqual([]);
    expect(highest).toBeLessThan(0.5);
  });

  it('does not hide what is unusual in another one meanwhile', () => {
    const keep = stuck();
    const { unusual, faults } = follow((row, window) => {
      const [suction, chamber, current] = keep(row, window);
      return [suction!, chamber! + 12, current!];
    });
    expect(faults).toEqual(['suction']);
    expect(unusual).toContain('chamber');
    expect(unusual).not.toContain('suction');
  });

  it('is judged again once its value moves', () => {
    const keep = stuck();
    let rows = 0;
    const { unusual, highest } = follow((row, window) => {
      rows++;
      return rows < 400 ? keep(row, window) : first(row[0]! + 15)(row);
    });
    expect(unusual).toContain('suction');
    expect(highest).toBeGreaterThan(0.65);
  });

  it('does not include those of a machine that stops as a whole: all values count', () => {
    const window = new MachineWindow(30, 2, { stepMs: 1e12 });
    const take = (values: number[], minute: number) =>
      window.push(Float32Array.from(values), 0, 2, minute * minuteMs);
    const random = seededRandom(4);
    for (let minute = 0; minute < 500; minute++) take([random.next(), random.next()], minute);
    for (let minute = 500; minute < 520; minute++) take([0.5, 0.4], minute);
    const row = window.sensorRuns.soundRow(window.latest(), 0, true, () => false);
    expect(row).toBeNull();
  });
});

it('a restart does not forget who was not well, until another value comes', () => {
  const { window, ...before } = stuckWindow();
  const saved = window.sensorRuns.savedUnwell(names, window.latest());
  expect(saved).toEqual({ suction: before.value });
  const after = new MachineWindow(30, names.length, baselineOptions(generic)).sensorRuns;
  after.restoreUnwell(saved, ['chamber', 'current', 'suction']);
  const row = (suction: number) => Float32Array.from([1, 2, suction]);
  const sound = (suction: number) => [
    ...(after.soundRow(row(suction), 0, false, () => false) ?? row(suction)),
  ];
  expect(sound(before.value)).toEqual([1, 2, Number.NaN]);
  expect(sound(Number.NaN)).toEqual([1, 2, Number.NaN]);
  expect(sound(-20)).toEqual([1, 2, -20]);
  expect(sound(before.value)).toEqual([1, 2, before.value]);
});

/** A window in which the first sensor is stuck. */
function stuckWindow() {
  const window = new MachineWindow(30, names.length, baselineOptions(generic));
  const readings = store(5);
  const value = Math.fround(-24.7);
  for (let minute = 0; minute < 600; minute++) {
    const row = readings(minute);
    window.push(Float32Array.from(minute < 500 ? row : first(value)(row)), 0, 3, minute * minuteMs);
  }
  return { window, value };
}
