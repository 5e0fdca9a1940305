/**
 * Lets connections in a few at each turn of the event loop. After a power cut or a restart of the network all sensors
 * come back at once, and each costs the work of dozens of readings: those that are in would wait for all others.
 *
 * Bounded by `connectionsMax`: who waits here has a connection.
 */
export class Arrivals {
  private readonly waiting: (() => void)[] = [];
  private isScheduled = false;

  /** Calls `enter` at one of the next turns, in the order of arrival. */
  wait(enter: () => void): void {
    this.waiting.push(enter);
    this.schedule();
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      for (const enter of this.waiting.splice(0, aTurn)) enter();
      if (this.waiting.length > 0) this.schedule();
    });
  }
}

/** About half a millisecond of a small computer's time. */
const aTurn = 4;
