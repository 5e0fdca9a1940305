/** The journal's share of the disk: bytes of all lanes together, and what happens when they are used up. */
export interface BudgetLane {
  readonly bytes: number;
  /** What dropping the oldest segment would cost: nothing to drop, history only, or blocks nobody has read yet. */
  oldest(): 'none' | 'read' | 'unread';
  /** False if the disk did not let it. */
  dropOldest(): Promise<boolean>;
}

/**
 * - `drop-oldest`: the oldest segments go, first those that every consumer has read, then unread ones; each time of
 *   the least urgent lane first. Unread ones are counted and reported as a loss.
 * - `refuse`: only read segments go; while unread blocks fill the budget, appends are rejected.
 */
export type WhenFull = 'drop-oldest' | 'refuse';

export class Budget {
  readonly bytesMax: number;
  private readonly whenFull: WhenFull;
  private readonly leastUrgentFirst: readonly BudgetLane[];
  /** Granted to writes under way, which are not yet in their lane's bytes. */
  private claimed = 0;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(bytesMax: number, whenFull: WhenFull, leastUrgentFirst: readonly BudgetLane[]) {
    this.bytesMax = bytesMax;
    this.whenFull = whenFull;
    this.leastUrgentFirst = leastUrgentFirst;
  }

  /** Makes room and grants between `least` and `wanted` bytes, or 0. What is granted must be given back. */
  claim(wanted: number, least: number): Promise<number> {
    return this.inTurn(async () => {
      while (this.room() < wanted && (await this.dropOne()));
      const granted = Math.min(wanted, this.room());
      if (granted < least) return 0;
      this.claimed += granted;
      return granted;
    });
  }

  /** The write is over: what it wrote is now in its lane's bytes. */
  giveBack(granted: number): void {
    this.claimed -= granted;
  }

  /** The disk itself is full: drops one segment. False if there is none that may go. */
  freeOne(): Promise<boolean> {
    return this.inTurn(() => this.dropOne());
  }

  private room(): number {
    return this.bytesMax - this.claimed - this.leastUrgentFirst.reduce((sum, lane) => sum + lane.bytes, 0);
  }

  private async dropOne(): Promise<boolean> {
    const kinds = this.whenFull === 'refuse' ? (['read'] as const) : (['read', 'unread'] as const);
    for (const kind of kinds) {
      for (const lane of this.leastUrgentFirst) {
        if (lane.oldest() === kind) return lane.dropOldest();
      }
    }
    return false;
  }

  private inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = this.turn.then(action);
    this.turn = result.catch(() => undefined);
    return result;
  }
}
