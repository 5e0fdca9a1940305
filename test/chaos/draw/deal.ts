import { Draw } from './draw.ts';

/** Possible numbers of faults in a round. There are fewer if all cards left are for targets that already have one. */
const counts = [1, 2, 2, 2, 3];

/**
 * Deals the faults of a round like cards: each kind comes once before any is repeated, and no two of a round have the
 * same target. The faults of a round depend only on the seed, the cards and its number.
 */
export function deal<T extends { target: string }>(seed: number, cards: readonly T[], round: number): T[] {
  const draw = Draw.forRound(seed, 0);
  let deck: T[] = [];
  let hand: T[] = [];
  for (let dealt = 0; dealt < round; dealt++) {
    const count = draw.pick(counts);
    hand = [];
    while (hand.length < count) {
      if (deck.length === 0) deck = draw.shuffled(cards);
      const next = deck.findIndex(({ target }) => hand.every((card) => card.target !== target));
      if (next < 0) break;
      hand.push(...deck.splice(next, 1));
    }
  }
  return hand;
}
