/** The journal's disk budget: bytes of all lanes together, and what happens when they are used up. */
export interface BudgetLane {
  /** Bytes on disk, those included that a power cut may bring back. */
  readonly bytes: number;
  /** Part of `bytes` that an earlier, larger limit has left in the newest segment, which cannot be dropped yet. */
  readonly bytesBeyond: number;
  /** Removed bytes that are not gone durably. `settle` makes it so, and returns false if the disk fails. */
  readonly removals: { readonly bytes: number; settle(): Promise<boolean> };
  /** Cost of dropping the oldest segment: there is none to drop, it has been read, or it has unread blocks. */
  oldest(): 'none' | 'read' | 'unread';
  /** Returns false if the disk failed. */
  dropOldest(): Promise<boolean>;
}

/**
 * - `drop-oldest`: the oldest segments are dropped, first those that every consumer has read, then unread ones, each
 *   time of the least urgent lane first. Unread ones are counted and reported as a loss.
 * - `refuse`: only read segments are dropped; while unread blocks fill the budget, appends are rejected.
 */
export type WhenFull = 'drop-oldest' | 'refuse';

/** The journal has filled a disk itself if it takes so much of it. */
const ownShareMin = 0.5;

export class Budget {
  readonly bytesMax: number;
  private readonly whenFull: WhenFull;
  private readonly leastUrgentFirst: readonly BudgetLane[];
  private readonly diskBytes: () => Promise<number>;
  /** Granted to writes in progress, which their lane's bytes do not include yet. */
  private claimed = 0;
  private turn: Promise<unknown> = Promise.resolve();

  /** @param diskBytes the size of its disk */
  constructor(
    bytesMax: number,
    whenFull: WhenFull,
    leastUrgentFirst: readonly BudgetLane[],
    diskBytes: () => Promise<number>,
  ) {
    this.diskBytes = diskBytes;
    this.bytesMax = bytesMax;
    this.whenFull = whenFull;
    this.leastUrgentFirst = leastUrgentFirst;
  }

  /** Makes room and grants between `least` and `wanted` bytes, or 0. A grant must be returned with `giveBack`. */
  claim(wanted: number, least: number): Promise<number> {
    return this.inTurn(async () => {
      while (this.room() < wanted && (await this.makeRoom()));
      const granted = Math.min(wanted, this.room());
      if (granted < least) return 0;
      this.claimed += granted;
      return granted;
    });
  }

  /** Returns a grant after the write, whose bytes its lane now includes. */
  giveBack(granted: number): void {
    this.claimed -= granted;
  }

  /**
   * Drops one segment because the disk itself is full. Returns false if none may be dropped: a disk that others have
   * filled costs nothing that is unread, because nobody knows how soon they make room.
   */
  freeOne(): Promise<boolean> {
    return this.inTurn(async () => {
      const used = this.leastUrgentFirst.reduce((sum, lane) => sum + lane.bytes, 0);
      const diskBytes = await this.diskBytes().catch(() => Number.POSITIVE_INFINITY);
      return this.dropOne(used >= ownShareMin * diskBytes);
    });
  }

  /**
   * Leaves out what an earlier limit has left in newest segments: only a write starts another segment, after which they
   * may be dropped, so a write must be possible beside them.
   */
  private room(): number {
    const used = this.leastUrgentFirst.reduce((sum, lane) => sum + lane.bytes - lane.bytesBeyond, 0);
    return this.bytesMax - this.claimed - used;
  }

  /** Room is used only once what was there cannot come back: dropping more would not help while the disk fails. */
  private makeRoom(): Promise<boolean> {
    const unsettled = this.leastUrgentFirst.find(({ removals }) => removals.bytes > 0);
    return unsettled ? unsettled.removals.settle() : this.dropOne();
  }

  private async dropOne(alsoUnread = true): Promise<boolean> {
    const isOnlyRead = this.whenFull === 'refuse' || !alsoUnread;
    const kinds = isOnlyRead ? (['read'] as const) : (['read', 'unread'] as const);
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
