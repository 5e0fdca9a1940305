import type { RangeOptions } from 'lmdb';

type Key = string | number;

/** As lmdb orders keys: numbers before texts. */
function compare(a: Key, b: Key): number {
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
  return typeof a === 'number' ? -1 : 1;
}

/** The keys of a table, in order. Most are appended. */
export class SortedKeys {
  private readonly keys: Key[] = [];

  get size(): number {
    return this.keys.length;
  }

  add(key: Key): void {
    const at = this.firstFrom(key);
    if (this.keys[at] !== key) this.keys.splice(at, 0, key);
  }

  remove(key: Key): void {
    const at = this.firstFrom(key);
    if (this.keys[at] === key) this.keys.splice(at, 1);
  }

  /** The keys of a range, with the meaning that lmdb gives to its options. */
  range(options: RangeOptions = {}): Key[] {
    const { start, end, exclusiveStart, inclusiveEnd, limit, reverse } = options;
    const [low, high] = reverse ? [end, start] : [start, end];
    const isLowOut = reverse ? !inclusiveEnd : exclusiveStart === true;
    const isHighOut = reverse ? exclusiveStart === true : !inclusiveEnd;
    const from = low === undefined ? 0 : isLowOut ? this.firstAfter(low as Key) : this.firstFrom(low as Key);
    const to =
      high === undefined
        ? this.keys.length
        : isHighOut
          ? this.firstFrom(high as Key)
          : this.firstAfter(high as Key);
    const count = Math.min(limit ?? Number.POSITIVE_INFINITY, Math.max(0, to - from));
    return reverse ? this.keys.slice(to - count, to).reverse() : this.keys.slice(from, from + count);
  }

  private firstFrom(key: Key): number {
    const { keys } = this;
    const last = keys.at(-1);
    if (last === undefined || compare(last, key) < 0) return keys.length;
    let [from, to] = [0, keys.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (compare(keys[middle]!, key) < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  private firstAfter(key: Key): number {
    const at = this.firstFrom(key);
    return this.keys[at] === key ? at + 1 : at;
  }
}
