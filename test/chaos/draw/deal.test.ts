import { describe, expect, it } from 'vitest';
import { faults } from '../faults/faults.ts';
import { deal } from './deal.ts';

const hands = (seed: number, rounds: number, cards = faults) =>
  Array.from({ length: rounds }, (_, at) => deal(seed, cards, at + 1));

describe('dealt faults', () => {
  it('come once each before any is repeated', () => {
    for (const seed of [1, 2, 20261124]) {
      const dealt = hands(seed, 80).flat();
      const first = dealt.slice(0, faults.length).map(({ kind }) => kind);
      expect(new Set(first).size).toBe(faults.length);
    }
  });

  it('have different targets within a round, and a round can be repeated alone', () => {
    for (const hand of hands(3, 80)) {
      expect(hand.length).toBeGreaterThan(0);
      expect(new Set(hand.map(({ target }) => target)).size).toBe(hand.length);
    }
    expect(deal(3, faults, 17)).toEqual(hands(3, 17).at(-1));
    expect(deal(4, faults, 17)).not.toEqual(deal(3, faults, 17));
  });

  it('are as many as the targets allow', () => {
    expect(hands(5, 3, faults.slice(0, 1)).map(({ length }) => length)).toEqual([1, 1, 1]);
    expect(deal(5, [], 2)).toEqual([]);
  });
});
