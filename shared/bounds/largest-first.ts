export type Measure = 'count' | 'bytes';

export interface Ranked {
  count: number;
  bytes: number;
  /** Rises with each one that is made: of two with equal sizes the older one ranks first. */
  readonly born: number;
  /** Its places in the rankings that it is in; kept by them. */
  readonly places: { [measure in Measure]: number };
}

/** A binary heap by one measure. Its members know their places, so that one whose size changed is moved at once. */
export class LargestFirst<T extends Ranked> {
  private readonly by: Measure;
  private readonly heap: T[] = [];

  constructor(by: Measure) {
    this.by = by;
  }

  get largest(): T | undefined {
    return this.heap[0];
  }

  add(one: T): void {
    this.put(one, this.heap.length);
    this.up(one);
  }

  /** To be called after the size of a member has changed. */
  moved(one: T): void {
    this.up(one);
    this.down(one);
  }

  remove(one: T): void {
    const place = one.places[this.by];
    const last = this.heap.pop();
    if (last === undefined || last === one) return;
    this.put(last, place);
    this.moved(last);
  }

  private up(one: T): void {
    for (let place = one.places[this.by]; place > 0; ) {
      const parent = (place - 1) >> 1;
      const above = this.heap[parent]!;
      if (!this.ranksBefore(one, above)) return;
      this.put(above, place);
      this.put(one, parent);
      place = parent;
    }
  }

  private down(one: T): void {
    for (let place = one.places[this.by]; ; ) {
      const left = 2 * place + 1;
      const right = left + 1;
      if (left >= this.heap.length) return;
      const isRight = right < this.heap.length && this.ranksBefore(this.heap[right]!, this.heap[left]!);
      const child = isRight ? right : left;
      const below = this.heap[child]!;
      if (!this.ranksBefore(below, one)) return;
      this.put(below, place);
      this.put(one, child);
      place = child;
    }
  }

  private put(one: T, place: number): void {
    this.heap[place] = one;
    one.places[this.by] = place;
  }

  private ranksBefore(a: T, b: T): boolean {
    return a[this.by] === b[this.by] ? a.born < b.born : a[this.by] > b[this.by];
  }
}
