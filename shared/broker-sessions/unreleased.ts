/** The connection on which a message would be acknowledged. */
interface Receiver {
  received(messageId: number): void;
  end(why: string): void;
}

/** A message at QoS 2 that the broker has not released. */
export interface UnreleasedMessage {
  isStored: boolean;
  /** Waits for it on a later connection than the one on which it came. */
  later: Receiver | null;
}

/**
 * Messages at QoS 2 from their arrival until the broker releases their number: until then the same number is the same
 * message, on any connection of the session. There are as many as numbers at most, and as the broker has under way.
 */
export class Unreleased {
  private readonly known = new Map<number, UnreleasedMessage>();

  /**
   * Returns `again` for a message that came before, which is marked as a resend: a broker that was restarted may have
   * forgotten which numbers it has given away. It is acknowledged on `link` as soon as it is stored.
   */
  arrived(messageId: number, isResend: boolean, link: Receiver): UnreleasedMessage | 'again' {
    const found = this.known.get(messageId);
    if (!found || !isResend) {
      const message: UnreleasedMessage = { isStored: false, later: null };
      this.known.set(messageId, message);
      return message;
    }
    if (found.isStored) link.received(messageId);
    else found.later = link;
    return 'again';
  }

  /** Notes that it is stored, or with an error that it is not, and has to come again. */
  settled(messageId: number, message: UnreleasedMessage, error?: Error): void {
    const { later } = message;
    message.isStored = error === undefined;
    message.later = null;
    // The broker may have begun a new session meanwhile, in which the number is another message.
    if (error && this.known.get(messageId) === message) this.known.delete(messageId);
    if (error) later?.end(`a message could not be stored: ${error.message}`);
    else later?.received(messageId);
  }

  released(messageId: number): void {
    this.known.delete(messageId);
  }

  /** Forgets all: the broker has begun a new session. */
  clear(): void {
    for (const message of this.known.values()) message.later = null;
    this.known.clear();
  }

  left(link: Receiver): void {
    for (const each of this.known.values()) if (each.later === link) each.later = null;
  }
}
