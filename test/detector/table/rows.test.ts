import { expect, it } from 'vitest';
import { type Fault, faults } from '../plants/faults.ts';
import { kindsChosenOn, kindsHeldOut, type PlantKind } from '../plants/kinds.ts';
import type { Figures } from '../plants/measure.ts';
import { figuresBy as figuresOfFault, meanOf } from './rows.ts';

/** Figures by fault. */
const figuresBy = (
  judge: string,
  kinds: readonly PlantKind[],
  named: readonly (Fault | null)[],
  seeds: readonly number[],
): Map<string, Figures[]> =>
  new Map(named.map((fault) => [fault?.name ?? 'nothing', figuresOfFault(judge, kinds, fault, seeds)]));

it('on kinds of machines that nothing was chosen on, the state finds more than the score, and tells less without cause', {
  tags: ['long'],
}, () => {
  const every = [null, ...Object.values(faults)];
  // Forty sensors take as long as all other kinds together.
  const kinds = kindsHeldOut.filter(({ sensors }) => sensors <= 12);
  const [state, score] = ['detect', 'score'].map((judge) => figuresBy(judge, kinds, every, [101]));
  const all = (figures: Map<string, Figures[]>, of: (one: Figures) => number) =>
    meanOf([...figures.values()].flat(), of);
  expect(all(state!, ({ falseShare }) => falseShare)).toBeLessThan(0.04);
  expect(all(state!, ({ noticed }) => noticed)).toBeGreaterThan(all(score!, ({ found }) => found) + 0.1);
  for (const [name, figures] of state!) {
    if (name === 'nothing' || name.startsWith('legitimate')) continue;
    const before = meanOf(score!.get(name)!, ({ found }) => found);
    expect(
      meanOf(figures, ({ noticed }) => noticed),
      name,
    ).toBeGreaterThan(before - 0.1);
  }
  const wellOf = (figures: Map<string, Figures[]>) =>
    meanOf(figures.get('nothing')!, ({ falseEpisodes }) => falseEpisodes);
  expect(wellOf(state!)).toBeLessThan(0.5 * wellOf(score!));
});

it('a machine of two speeds: told at once, noticed to the end, and quiet while it is well', () => {
  const kinds = kindsChosenOn.filter(({ name }) => name === 'two speeds');
  const figures = figuresBy('detect', kinds, [null, faults['step of 7.5 in one mode']!], [41, 42]);
  const broken = figures.get('step of 7.5 in one mode')!;
  expect(meanOf(broken, ({ noticed }) => noticed)).toBeGreaterThan(0.9);
  for (const { delayRows } of broken) expect(delayRows).toBeLessThan(50);
  expect(meanOf(figures.get('nothing')!, ({ falseEpisodes }) => falseEpisodes)).toBeLessThan(6);
});
