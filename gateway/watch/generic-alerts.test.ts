import { expect, it } from 'vitest';
import { estimatePoliciesOf } from '../../shared/domain/alert-policy.ts';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { gaussian, seededRandom } from '../../shared/runtime/random.ts';
import { Baseline } from './baselines/baseline.ts';
import { baselineOptions } from './baselines/baseline-options.ts';

/** The alert of machines of an open type: it is rare while nothing happens, and opens when something does. */
const generic = loadMachineTypes().get('generic')!;
const [policy] = estimatePoliciesOf(generic);
const dayRows = 288;
const rows = 14 * dayRows;
const random = seededRandom(11);

type Shape = (row: number) => number;
const shapes: Record<string, () => Shape> = {
  steady: () => () => 10 + gaussian(random),
  seasonal: () => (row) => 50 + 20 * Math.sin((2 * Math.PI * row) / dayRows) + 2 * gaussian(random),
  'switched each day': () => (row) =>
    (row % dayRows > 100 && row % dayRows < 200 ? 80 : 20) + gaussian(random),
  drifting: () => (row) => 60 + 0.01 * row + gaussian(random),
  wandering: () => {
    let level = 0;
    return () => {
      level += 0.2 * gaussian(random);
      return level + 0.2 * gaussian(random);
    };
  },
  counted: () => () => Math.max(0, Math.round(20 + 4 * gaussian(random))),
};

/** How often the alert would open in two weeks of one reading per five minutes, from row `from` on. */
function openings(
  shape: Shape,
  from = 0,
  fault: (value: number, row: number) => number = (value) => value,
): number {
  const baseline = new Baseline(3, baselineOptions(generic));
  let inRow = 0;
  let isOpen = false;
  let opened = 0;
  for (let row = 0; row < rows; row++) {
    const value = shape(row);
    const values = Float32Array.of(fault(value, row), 2 * value + gaussian(random), gaussian(random));
    baseline.take(values, Date.UTC(2026, 0, 5) + row * 300_000);
    const { score } = baseline.score();
    inRow = score >= policy!.openAt ? inRow + 1 : 0;
    if (!isOpen && inRow >= policy!.openAfter && baseline.ready) {
      isOpen = true;
      if (row >= from) opened++;
    }
    if (score <= policy!.resolveAt) isOpen = false;
  }
  return opened;
}

const goingAway = ['drifting', 'wandering'];

it.each(Object.keys(shapes).filter((name) => !goingAway.includes(name)))(
  'does not open for machines that are %s',
  (name) => {
    const opened = Array.from({ length: 5 }, () => openings(shapes[name]!()));
    expect(opened).toEqual([0, 0, 0, 0, 0]);
  },
);

it.each(goingAway)('opens about once for machines that are %s, to where they never were', (name) => {
  const opened = Array.from({ length: 5 }, () => openings(shapes[name]!()));
  expect(opened.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(5);
});

it.each(Object.keys(shapes))('opens when the sensors of a machine that is %s fail', (name) => {
  const start = 10 * dayRows + 150;
  const fails = (value: number, row: number) => (row >= start && row < start + 60 ? value + 150 : value);
  const opened = Array.from({ length: 5 }, () => openings(shapes[name]!(), start, fails));
  expect(opened.filter((each) => each > 0).length).toBeGreaterThanOrEqual(4);
});

it.each(['steady', 'seasonal', 'counted'])(
  'opens while a machine that was %s drifts, before it breaks',
  (name) => {
    const start = 10 * dayRows;
    const spread = name === 'steady' ? 1 : name === 'seasonal' ? 15 : 4;
    const drifts = (value: number, row: number) => value + Math.max(0, (row - start) / 100) * spread;
    const until = start + 500;
    const opened = Array.from({ length: 3 }, () =>
      openings(shapes[name]!(), start, (value, row) => drifts(value, Math.min(row, until))),
    );
    expect(opened.every((each) => each > 0)).toBe(true);
  },
);

it('stays closed through the nights of a machine that rests in them, with a reading a minute', () => {
  const baseline = new Baseline(3, baselineOptions(generic));
  const minutesOfDay = 1_440;
  let worst = 0;
  for (let minute = 0; minute < 14 * minutesOfDay; minute++) {
    const ofDay = minute % minutesOfDay;
    const runs = ofDay >= 360 && ofDay < 1_320;
    const values = runs ? [10 + gaussian(random), 30 + gaussian(random), 1] : [0.1, 0, 0];
    baseline.take(Float32Array.from(values), Date.UTC(2026, 0, 5) + minute * 60_000);
    const isLateAtNight = ofDay >= 60 && ofDay < 350;
    if (minute > 7 * minutesOfDay && isLateAtNight) worst = Math.max(worst, baseline.score().score);
  }
  expect(worst).toBeLessThan(policy!.openAt);
});
