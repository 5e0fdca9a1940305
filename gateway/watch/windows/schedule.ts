/** State of an item in the schedule; owned by Schedule. */
export interface Scheduled {
  state: 'idle' | 'ready' | 'taken' | 'resting';
  /** Marked again while taken or resting. */
  again: boolean;
  /** How long it rests after it is taken, ms. */
  readonly restMs: number;
  restUntilMs: number;
  /** Dropped; it is skipped when its turn comes. */
  isDropped: boolean;
}

export function newlyScheduled(restMs: number): Scheduled {
  return { state: 'idle', again: false, restMs, restUntilMs: 0, isDropped: false };
}

/** True if the item is marked, so that to mark it changes nothing. */
export function isMarked({ state, again }: Scheduled): boolean {
  return state === 'ready' || (again && state !== 'idle');
}

/**
 * Determines which items are due. An item is queued at most once, however often it is marked; it is taken by one caller
 * at a time; and after that it rests. Items with equal resting times share a queue ordered by time. There are few such
 * queues, and nothing is ever searched. The queues are bounded by the number of items.
 */
export class Schedule<T extends { schedule: Scheduled }> {
  private readonly ready = new Fifo<T>();
  /** Queues by resting time. */
  private readonly resting = new Map<number, Fifo<T>>();

  /** Marks an item. Returns true if it became ready by this. */
  mark(item: T): boolean {
    const { schedule } = item;
    if (schedule.state === 'idle') {
      schedule.state = 'ready';
      this.ready.push(item);
      return true;
    }
    if (schedule.state !== 'ready') schedule.again = true;
    return false;
  }

  /** Returns the next due item, or null. The caller must return it with `release`. @param waits true: it must rest once more */
  take(nowMs: number, waits: (item: T) => boolean = () => false): T | null {
    this.wake(nowMs);
    for (let item = this.ready.shift(); item; item = this.ready.shift()) {
      if (item.schedule.isDropped) continue;
      item.schedule.state = 'taken';
      item.schedule.again = waits(item);
      item.schedule.restUntilMs = nowMs + item.schedule.restMs;
      if (item.schedule.again) {
        this.release(item);
        continue;
      }
      return item;
    }
    return null;
  }

  /** Returns an item to the schedule; it rests for the remainder of its time. */
  release(item: T): void {
    const { schedule } = item;
    schedule.state = 'resting';
    const resting = this.resting.get(schedule.restMs) ?? new Fifo<T>();
    resting.push(item);
    this.resting.set(schedule.restMs, resting);
  }

  /** Returns when to look again: now or earlier if an item is ready, null if none waits. */
  nextMs(nowMs: number): number | null {
    if (this.ready.length > 0) return nowMs;
    let nextMs: number | null = null;
    for (const { first } of this.resting.values()) {
      if (first && (nextMs === null || first.schedule.restUntilMs < nextMs))
        nextMs = first.schedule.restUntilMs;
    }
    return nextMs;
  }

  private wake(nowMs: number): void {
    for (const resting of this.resting.values()) {
      for (let item = resting.first; item && item.schedule.restUntilMs <= nowMs; item = resting.first) {
        resting.shift();
        item.schedule.state = 'idle';
        if (item.schedule.again && !item.schedule.isDropped) this.mark(item);
      }
    }
  }
}

/** A queue over an array that is compacted when half of it has been read. */
class Fifo<T> {
  private items: T[] = [];
  private head = 0;

  get length(): number {
    return this.items.length - this.head;
  }

  get first(): T | undefined {
    return this.items[this.head];
  }

  push(item: T): void {
    this.items.push(item);
  }

  shift(): T | undefined {
    const item = this.items[this.head];
    if (item === undefined) return undefined;
    this.head++;
    if (this.head > 64 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }
}
