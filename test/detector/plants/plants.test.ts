import { expect, it } from 'vitest';
import { Detector } from '../../../shared/detector/detector.ts';
import { MachineDetector } from '../../../shared/detector/verdict/machine-detector.ts';
import { type Fault, faults } from './faults.ts';
import { kindsChosenOn, kindsHeldOut, type PlantKind } from './kinds.ts';
import { type Figures, figuresOf, type PlantSeries, type Verdicts } from './measure.ts';
import { makePlant } from './plant.ts';

/** Judges each row of a machine by the state, or by the score of the detector that came before it. */
type Judge = (series: PlantSeries) => Verdicts;

const byState: Judge = ({ values, sensors, rows, learnRows }) => {
  const detector = new MachineDetector(sensors, { warmUpRows: learnRows });
  const [told, changed] = [new Uint8Array(rows), new Uint8Array(rows)];
  for (let row = 0; row < rows; row++) {
    detector.push(values, row * sensors);
    told[row] = Number(detector.anomaly >= 0.5);
    changed[row] = Number(detector.state === 'changed');
  }
  return { told, changed };
};

const byScore: Judge = ({ values, sensors, rows, learnRows }) => {
  const detector = new Detector(sensors, { warmUpRows: learnRows });
  const told = Uint8Array.from({ length: rows }, (_, row) =>
    Number(detector.push(values, row * sensors) >= 0.5),
  );
  return { told, changed: new Uint8Array(rows) };
};

const seedOf = (kind: PlantKind, fault: Fault | null, seed: number) =>
  1_000 * seed + 7 * kind.name.length + (fault?.name.length ?? 0);

const length = { learnRows: 2_000, judgedRows: 4_000 };

const canHave = (kind: PlantKind, fault: Fault | null) => !fault?.name.includes('one mode') || kind.modes > 1;

function figuresBy(
  judge: Judge,
  kinds: readonly PlantKind[],
  named: readonly (Fault | null)[],
  seeds: readonly number[],
): Map<string, Figures[]> {
  const found = new Map<string, Figures[]>();
  for (const fault of named) {
    const all = kinds
      .filter((kind) => canHave(kind, fault))
      .flatMap((kind) => seeds.map((seed) => makePlant(kind, fault, seedOf(kind, fault, seed), length)))
      .map((series) => figuresOf(series, judge(series)));
    found.set(fault?.name ?? 'nothing', all);
  }
  return found;
}

const mean = (all: readonly Figures[], of: (figures: Figures) => number): number => {
  const known = all.map(of).filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
};

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const row = (name: string, all: readonly Figures[]) =>
  `| ${name} | ${percent(mean(all, ({ found }) => found))} | ${percent(mean(all, ({ noticed }) => noticed))} | ` +
  `${percent(mean(all, ({ falseShare }) => falseShare))} | ${mean(all, ({ falseEpisodes }) => falseEpisodes).toFixed(1)} |`;

it('on kinds of machines that nothing was chosen on, the state finds more than the score, and tells less without cause', {
  tags: ['long'],
}, () => {
  const every = [null, ...Object.values(faults)];
  // Forty sensors take as long as all other kinds together.
  const kinds = kindsHeldOut.filter(({ sensors }) => sensors <= 12);
  const [state, score] = [byState, byScore].map((judge) => figuresBy(judge, kinds, every, [101]));
  for (const figures of [state!, score!]) for (const [name, all] of figures) console.log(row(name, all));
  const all = (figures: Map<string, Figures[]>, of: (one: Figures) => number) =>
    mean([...figures.values()].flat(), of);
  expect(all(state!, ({ falseShare }) => falseShare)).toBeLessThan(0.04);
  expect(all(state!, ({ noticed }) => noticed)).toBeGreaterThan(all(score!, ({ found }) => found) + 0.1);
  for (const [name, figures] of state!) {
    if (name === 'nothing' || name.startsWith('legitimate')) continue;
    const before = mean(score!.get(name)!, ({ found }) => found);
    expect(
      mean(figures, ({ noticed }) => noticed),
      name,
    ).toBeGreaterThan(before - 0.1);
  }
  const wellOf = (figures: Map<string, Figures[]>) =>
    mean(figures.get('nothing')!, ({ falseEpisodes }) => falseEpisodes);
  expect(wellOf(state!)).toBeLessThan(0.5 * wellOf(score!));
});

it('a machine of two speeds: told at once, noticed to the end, and quiet while it is well', () => {
  const kinds = kindsChosenOn.filter(({ name }) => name === 'two speeds');
  const figures = figuresBy(byState, kinds, [null, faults['step of 7.5 in one mode']!], [41, 42]);
  const broken = figures.get('step of 7.5 in one mode')!;
  expect(mean(broken, ({ noticed }) => noticed)).toBeGreaterThan(0.9);
  for (const { delayRows } of broken) expect(delayRows).toBeLessThan(50);
  expect(mean(figures.get('nothing')!, ({ falseEpisodes }) => falseEpisodes)).toBeLessThan(6);
});
