/** Limits of work that is done for others: how much at once, and how many may wait for it. */
export interface TurnLimits {
  atOnceMax: number;
  waitingMax: number;
}

type Turn = (granted: boolean) => void;

/**
 * Shares out slow work among those who ask for it. Sources take turns, so that one with a thousand requests delays another by one
 * request and not by a thousand. When too many wait, the source with most of them loses its latest.
 */
export class FairTurns {
  private readonly limits: TurnLimits;
  private running = 0;
  private waiting = 0;
  /** Turns that are waited for, by source; the source at the front has the next turn. */
  private readonly queues = new Map<string, Turn[]>();

  constructor(limits: TurnLimits) {
    this.limits = limits;
  }

  /** True at once, or later, when it is this source's turn, which ends with `release`; false if it gets none. */
  take(source: string): true | Promise<boolean> {
    if (this.running < this.limits.atOnceMax) {
      this.running += 1;
      return true;
    }
    return new Promise((turn) => {
      const queue = this.queues.get(source) ?? [];
      queue.push(turn);
      this.queues.set(source, queue);
      this.waiting += 1;
      if (this.waiting > this.limits.waitingMax) this.refuseOne();
    });
  }

  release(): void {
    const [next] = this.queues;
    if (!next) {
      this.running -= 1;
      return;
    }
    const [source, queue] = next;
    const turn = queue.shift()!;
    this.waiting -= 1;
    this.queues.delete(source);
    if (queue.length > 0) this.queues.set(source, queue);
    turn(true);
  }

  private refuseOne(): void {
    let most: [string, Turn[]] | null = null;
    for (const entry of this.queues) if (most === null || entry[1].length > most[1].length) most = entry;
    if (most === null) return;
    const [source, queue] = most;
    const turn = queue.pop()!;
    this.waiting -= 1;
    if (queue.length === 0) this.queues.delete(source);
    turn(false);
  }
}
