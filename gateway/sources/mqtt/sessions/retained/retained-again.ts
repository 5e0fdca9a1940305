import { Quotas } from '../../../../../shared/bounds/quotas.ts';
import type { PersistenceLimits } from '../../config.ts';
import type { PublishPacket } from '../../packet.ts';
import type { Retained } from './retained.ts';

/** The part of a connection that is needed here. */
export interface RetainingConnection {
  readonly closed: boolean;
  readonly rights?: { user: string } | null;
}

/** Topics on which a connection has sent messages with RETAIN, and how much they count for its user. */
interface Sent {
  user: string;
  topics: Set<string>;
  bytes: number;
}

/**
 * Recognises retained messages that come again: a bridge, or a device that announces its last value, sends at each
 * connection what it has sent at the one before, and that says nothing new. It is the first message with RETAIN of its
 * topic on a connection, equals the retained message of that topic and sender byte for byte, and that one was stored
 * as readings. A later equal one on the same connection is another reading.
 *
 * The topics that connections have sent on are remembered within a user's share of the limits of retained messages;
 * messages on further ones count as new.
 */
export class RetainedAgain {
  private readonly retained: Pick<Retained, 'of'>;
  private readonly sent = new Map<RetainingConnection, Sent>();
  private readonly counts: Quotas;
  private readonly sizes: Quotas;

  constructor(retained: Pick<Retained, 'of'>, limits: PersistenceLimits) {
    this.retained = retained;
    this.counts = new Quotas(limits.retainedMessagesMax);
    this.sizes = new Quotas(limits.retainedBytesMax);
  }

  /** To be asked once for each message with RETAIN that a client sends, before it is retained. */
  isAgain(connection: RetainingConnection, { topic, payload, user = '', dup }: PublishPacket): boolean {
    if (!this.isFirst(connection, topic) || dup === true || payload.length === 0) return false;
    const kept = this.retained.of(topic);
    return (
      kept?.areReadings === true && (kept.user ?? '') === user && Buffer.compare(kept.payload, payload) === 0
    );
  }

  /** To be called when a connection has closed. */
  forget(connection: RetainingConnection): void {
    const sent = this.sent.get(connection);
    if (!sent) return;
    this.sent.delete(connection);
    this.counts.remove(sent.user, sent.topics.size);
    this.sizes.remove(sent.user, sent.bytes);
  }

  private isFirst(connection: RetainingConnection, topic: string): boolean {
    const user = connection.rights?.user ?? '';
    const sent = this.sent.get(connection) ?? { user, topics: new Set(), bytes: 0 };
    if (sent.topics.has(topic) || connection.closed) return false;
    if (!this.counts.admits(sent.user) || !this.sizes.admits(sent.user, topic.length)) return false;
    this.sent.set(connection, sent);
    sent.topics.add(topic);
    sent.bytes += topic.length;
    this.counts.add(sent.user);
    this.sizes.add(sent.user, topic.length);
    return true;
  }
}
