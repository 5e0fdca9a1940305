import { createHash } from 'node:crypto';
import type { RawMessage } from '../../ports/source.ts';
import type { Pulse } from './pulse.ts';
import type { StuckMessages } from './stuck-messages.ts';

/**
 * Data thread: shows the main thread which message is in hand. After an end of the gateway it is careful: it shows also
 * which one it is, and a message over which the gateway has ended before counts as stuck, and is not tried again.
 */
export class InHand {
  /** True if each message needs a time limit. */
  readonly isCareful: boolean;
  private readonly pulse: Pulse;
  private readonly suspects: ReadonlySet<string>;
  private readonly stuckMessages: StuckMessages;

  /** @param suspects see StuckNote; null if the gateway has not ended */
  constructor(pulse: Pulse, suspects: readonly string[] | null, stuckMessages: StuckMessages) {
    this.pulse = pulse;
    this.isCareful = suspects !== null;
    this.suspects = new Set(suspects);
    this.stuckMessages = stuckMessages;
  }

  /** Begins a message. Returns true if the gateway has ended over it, the first time that it comes again. */
  begin(message: RawMessage): boolean {
    this.pulse.beat();
    if (!this.isCareful) return false;
    const digest = createHash('sha256').update(`${message.topic}\0`).update(message.payload).digest();
    this.pulse.name(digest);
    if (!this.suspects.has(digest.toString('hex')) || this.stuckMessages.has(message)) return false;
    this.stuckMessages.add(message);
    return true;
  }

  /** Nothing is in hand. */
  end(): void {
    this.pulse.rest();
  }
}
