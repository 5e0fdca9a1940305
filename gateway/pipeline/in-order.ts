/**
 * Calls in the order in which their places were taken, whenever they become ready. So rows that are journalled, and notes
 * that need no journal, reach the windows in the order in which they came.
 */
export class InOrder {
  private readonly places: { call: (() => void) | null }[] = [];

  /** Takes the next place. The returned function must be called once; `call` is called when all before it were. */
  place(): (call: () => void) => void {
    const place: { call: (() => void) | null } = { call: null };
    this.places.push(place);
    return (call) => {
      place.call = call;
      while (this.places[0]?.call) this.places.shift()!.call!();
    };
  }
}
