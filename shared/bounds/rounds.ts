/**
 * Looks through a map in rounds, a few entries at a call, for one that may go. What was looked at is not moved, so the
 * map keeps its order, and whoever goes through it at the same time comes to its end. It stands still while nothing is
 * looked for.
 */
export class Rounds<K, V> {
  private readonly map: ReadonlyMap<K, V>;
  private readonly steps: number;
  private at: Iterator<[K, V]> | null = null;

  /** @param steps entries that one call looks at, at most */
  constructor(map: ReadonlyMap<K, V>, steps: number) {
    this.map = map;
    this.steps = steps;
  }

  /** The key of the next entry that may go; null if there was none among those that this call looked at. */
  find(mayGo: (value: V) => boolean): K | null {
    let hasBegunAgain = false;
    for (let step = 0; step < this.steps; step++) {
      this.at ??= this.map.entries();
      const { done, value } = this.at.next();
      if (!done && mayGo(value[1])) return value[0];
      if (!done) continue;
      this.at = null;
      if (hasBegunAgain) return null;
      hasBegunAgain = true;
    }
    return null;
  }
}
