import { IdentityKey } from './identity-key.ts';
import type { RecentReadings } from './recent-readings.ts';

/** Bytes of an identity on disk. */
export const bytesPerIdentity = 12;

/**
 * The identities of a batch's readings, by which resends are recognised: three words each (key high, key low,
 * fingerprint).
 */
export class Identities {
  private words = new Uint32Array(3 * 1_024);
  private used = 0;

  /** In words. */
  get length(): number {
    return this.used;
  }

  add(high: number, low: number, fingerprint: number): void {
    if (this.used + 3 > this.words.length) {
      const larger = new Uint32Array(this.words.length * 2);
      larger.set(this.words);
      this.words = larger;
    }
    this.words[this.used] = high;
    this.words[this.used + 1] = low;
    this.words[this.used + 2] = fingerprint;
    this.used += 3;
  }

  /** Removes the words from `from` on, and returns a copy of them. */
  takeFrom(from: number): Uint32Array {
    const taken = this.words.slice(from, this.used);
    this.used = from;
    return taken;
  }
}

/**
 * Connections of dead letters that were sent again. In memory each identity has the connection on which it came last, which
 * a restart forgets; but letters outlive one, and most of those of one connection may be sent again only after it. So
 * with each identity of a letter another one is stored, of it and its connection.
 */
export class LetterConnections {
  private readonly recent: RecentReadings;
  private readonly added: Identities;
  private readonly key = new IdentityKey();

  constructor(recent: RecentReadings, added: Identities) {
    this.recent = recent;
    this.added = added;
  }

  remember(of: IdentityKey, connection: number, content: number): void {
    this.key.ofConnection(of, connection);
    this.recent.add(this.key.high, this.key.low, content);
    this.added.add(this.key.high, this.key.low, content);
  }

  /** True if a letter with this identity came on this connection. What was found last stays found. */
  have(of: IdentityKey, connection: number): boolean {
    this.key.ofConnection(of, connection);
    const isKnown = this.recent.find(this.key.high, this.key.low) !== -1;
    this.recent.find(of.high, of.low);
    return isKnown;
  }
}
