/**
 * Work that is done one piece after the other, in the order in which it was asked for. What waits has no bound here: it is for changes
 * that people and the fleet make, of which few are asked for at once.
 */
export class Exclusive {
  private tail: Promise<unknown> = Promise.resolve();

  /** Resolves, or rejects, as `work` does; a piece that fails holds up none of the others. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.tail.then(work);
    this.tail = done.catch(() => {});
    return done;
  }
}
