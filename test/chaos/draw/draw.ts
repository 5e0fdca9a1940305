import { type Random, seededRandom } from '../../../shared/runtime/random.ts';

/** Random draws from a seed. Everything that differs between rounds is drawn here, so that a seed repeats a run. */
export class Draw {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** Returns a whole number from `from` to `to`, both included. */
  int(from: number, to: number): number {
    return from + Math.floor(this.#random.next() * (to - from + 1));
  }

  share(): number {
    return this.#random.next();
  }

  pick<T>(from: readonly T[]): T {
    return from[this.int(0, from.length - 1)]!;
  }

  shuffled<T>(from: readonly T[]): T[] {
    const all = [...from];
    for (let last = all.length - 1; last > 0; last--) {
      const other = this.int(0, last);
      [all[last], all[other]] = [all[other]!, all[last]!];
    }
    return all;
  }

  chance(share: number): boolean {
    return this.#random.next() < share;
  }

  bytes(count: number): Buffer {
    return Buffer.from(Array.from({ length: count }, () => this.int(0, 255)));
  }

  /** Independent draws for one round, so that a round can be repeated without the earlier ones. */
  static forRound(seed: number, round: number): Draw {
    return new Draw(Math.imul(seed, 0x9e3779b1) ^ Math.imul(round + 1, 0x85ebca6b));
  }
}
