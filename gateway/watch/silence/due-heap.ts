/** An item of a DueHeap; the heap sets both. */
export interface Due {
  dueMs: number;
  /** Its place in the heap; −1 if it is in none. */
  heapAt: number;
}

/** Items by the time at which they are due, the earliest first. Every operation takes time by the logarithm of their number. */
export class DueHeap<T extends Due> {
  private readonly items: T[] = [];

  get first(): T | undefined {
    return this.items[0];
  }

  get size(): number {
    return this.items.length;
  }

  /** Adds the item, or moves it to another time. */
  set(item: T, dueMs: number): void {
    item.dueMs = dueMs;
    if (item.heapAt < 0) {
      item.heapAt = this.items.length;
      this.items.push(item);
    }
    this.up(item.heapAt);
    this.down(item.heapAt);
  }

  remove(item: T): void {
    const at = item.heapAt;
    if (at < 0) return;
    const last = this.items.pop()!;
    item.heapAt = -1;
    if (last === item) return;
    this.place(last, at);
    this.up(at);
    this.down(last.heapAt);
  }

  private up(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.items[parent]!.dueMs <= this.items[at]!.dueMs) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  private down(from: number): void {
    let at = from;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= this.items.length) return;
      const right = left + 1;
      const isRight = right < this.items.length && this.items[right]!.dueMs < this.items[left]!.dueMs;
      const child = isRight ? right : left;
      if (this.items[at]!.dueMs <= this.items[child]!.dueMs) return;
      this.swap(at, child);
      at = child;
    }
  }

  private swap(a: number, b: number): void {
    const [first, second] = [this.items[a]!, this.items[b]!];
    this.place(first, b);
    this.place(second, a);
  }

  private place(item: T, at: number): void {
    this.items[at] = item;
    item.heapAt = at;
  }
}
