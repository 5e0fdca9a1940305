import { Quotas } from '../../../shared/bounds/quotas.ts';
import { RecencyList } from './recency-list.ts';

/** A machine that sent within this time keeps its window. */
const silentMsMin = 60_000;
/** A machine that was silent for longer keeps no window from a machine of another sender. */
const longSilentMsMin = 86_400_000;
/** All senders are looked through for such a machine this often at most. */
const searchEveryMs = 1_000;

export interface Owned<T> {
  /** The sender of its readings; empty as long as only the journal knows it. */
  owner: string;
  /** When it last sent: monotonic. */
  seenMs: number;
  newer: T | null;
  older: T | null;
}

/** The silence that is measured may be longer than real by up to this. */
export const seenResolutionMs = 1_000;

/**
 * Shares out the windows among the senders of their machines (see Quotas), so that one who makes up machines does not
 * keep those of others from being watched. A sender who has as many as one may gets another one for a machine of its own
 * that has been silent for a minute, or for anybody's that has been silent for a day.
 */
export class WindowShares<T extends Owned<T>> {
  private readonly quotas: Quotas;
  private readonly byOwner = new Map<string, RecencyList<T>>();
  private searchedMs = Number.NEGATIVE_INFINITY;

  /** @param max how many machines with a window a sender may have who is alone */
  constructor(max: number) {
    this.quotas = new Quotas(max);
  }

  admits(owner: string): boolean {
    return this.quotas.admits(owner);
  }

  add(item: T): void {
    this.quotas.add(item.owner);
    this.touch(item);
  }

  /** To be called when the machine has sent. */
  touch(item: T): void {
    let list = this.byOwner.get(item.owner);
    if (!list) {
      list = new RecencyList();
      this.byOwner.set(item.owner, list);
    }
    list.touch(item);
  }

  remove(item: T): void {
    this.quotas.remove(item.owner);
    const list = this.byOwner.get(item.owner);
    list?.remove(item);
    if (list?.isEmpty) this.byOwner.delete(item.owner);
  }

  /** Counts a machine for another sender, also if it has as many as it may. */
  give(item: T, owner: string): void {
    this.remove(item);
    item.owner = owner;
    this.add(item);
  }

  /** The machine whose window a new machine of this sender may have; null if there is none. */
  silentFor(owner: string, nowMs: number): T | null {
    const own = this.byOwner.get(owner)?.oldest;
    if (own && nowMs - own.seenMs >= silentMsMin) return own;
    if (nowMs - this.searchedMs < searchEveryMs) return null;
    this.searchedMs = nowMs;
    for (const { oldest } of this.byOwner.values())
      if (oldest && nowMs - oldest.seenMs >= longSilentMsMin) return oldest;
    return null;
  }
}
