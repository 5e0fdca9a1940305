import { createHash } from 'node:crypto';
import type { RawMessage } from '../../ports/source.ts';
import type { Pulse } from './pulse.ts';
import type { StuckMessages } from './stuck-messages.ts';

/**
 * Data thread: shows the main thread that one message after the other is in hand. After an end of the gateway over a
 * message it is careful: it shows also which one it is, and a message over which the gateway has ended once more counts as
 * stuck, and is not tried again.
 */
export class InHand {
  /** True if each message needs a time limit. */
  readonly isCareful: boolean;
  private readonly pulse: Pulse;
  private readonly suspects: Set<string>;
  private readonly stuckMessages: StuckMessages;

  /** @param suspects see StuckNote; null if the gateway has not ended */
  constructor(pulse: Pulse, suspects: readonly string[] | null, stuckMessages: StuckMessages) {
    this.pulse = pulse;
    this.isCareful = suspects !== null;
    this.suspects = new Set(suspects);
    this.stuckMessages = stuckMessages;
  }

  /** Returns by what the message is named, which costs time, or null if it need not be. */
  digestOf({ topic, payload }: RawMessage): Buffer | null {
    return this.isCareful ? createHash('sha256').update(`${topic}\0`).update(payload).digest() : null;
  }

  /** Begins a message, or goes on with it. */
  begin(digest: Buffer | null): void {
    this.pulse.beat();
    if (digest) this.pulse.name(digest);
  }

  /** Returns true if the gateway has ended over a message, the first time that it comes again: from now on it is known. */
  isSuspect(message: RawMessage, digest: Buffer | null): boolean {
    if (!digest || !this.suspects.delete(digest.toString('hex'))) return false;
    this.stuckMessages.add(message);
    return true;
  }

  /** Begins work that is not that of one message. */
  beginOther(): void {
    this.pulse.beat();
    if (this.isCareful) this.pulse.name(null);
  }

  /** Nothing is in hand. */
  end(): void {
    this.pulse.rest();
  }
}
