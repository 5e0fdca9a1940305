interface Linked<T> {
  newer: T | null;
  older: T | null;
}

/**
 * Items in order of last use, as a doubly linked list through the items themselves; touching one costs a few
 * assignments.
 */
export class RecencyList<T extends Linked<T>> {
  private newest: T | null = null;
  private last: T | null = null;

  /** The least recently touched item. */
  get oldest(): T | null {
    return this.last;
  }

  /** Adds the item, or moves it to the front. */
  touch(item: T): void {
    if (this.newest === item) return;
    if (item.newer) this.unlink(item);
    item.older = this.newest;
    if (this.newest) this.newest.newer = item;
    this.newest = item;
    this.last ??= item;
  }

  get isEmpty(): boolean {
    return this.last === null;
  }

  /** Removes an item of this list. */
  remove(item: T): void {
    this.unlink(item);
  }

  private unlink(item: T): void {
    if (item.newer) item.newer.older = item.older;
    else this.newest = item.older;
    if (item.older) item.older.newer = item.newer;
    else this.last = item.newer;
    item.newer = null;
    item.older = null;
  }
}
