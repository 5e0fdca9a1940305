/**
 * Ids in rising order. They are mostly added at the end and removed from the beginning, which takes constant time;
 * anywhere else it moves those behind.
 */
export class SortedIds {
  private ids: number[] = [];
  /** Where the first one is: those before it are removed. */
  private start = 0;

  get first(): number | undefined {
    return this.ids[this.start];
  }

  /** Returns false if it is there already. */
  add(id: number): boolean {
    const at = this.placeOf(id);
    if (this.ids[at] === id) return false;
    if (at === this.start && this.start > 0) this.ids[--this.start] = id;
    else this.ids.splice(at, 0, id);
    return true;
  }

  /** Returns false if it is not there. */
  remove(id: number): boolean {
    const at = this.placeOf(id);
    if (this.ids[at] !== id) return false;
    if (at > this.start) this.ids.splice(at, 1);
    else this.start++;
    if (this.start > 32 && this.start > this.ids.length / 2) {
      this.ids = this.ids.slice(this.start);
      this.start = 0;
    }
    return true;
  }

  /** Where an id is, or would be inserted. */
  private placeOf(id: number): number {
    let from = this.start;
    let to = this.ids.length;
    const last = this.ids[to - 1];
    if (last === undefined || to === from || last < id) return to;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.ids[middle]! < id) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
