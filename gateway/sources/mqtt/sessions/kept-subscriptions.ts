import { FilterTree } from '../../../../shared/mqtt/filter-tree.ts';
import { parseFilter } from '../../../../shared/mqtt/topic-filter.ts';
import type { Interest } from './interest.ts';

export interface SubscriptionRecord {
  topic: string;
  qos: 0 | 1 | 2;
  /** The options of MQTT 5: no messages of its own, RETAIN as published, which retained messages come at SUBSCRIBE. */
  nl?: boolean;
  rap?: boolean;
  rh?: number;
  subscriptionIdentifier?: number;
}

/** Stands for the subscriptions of a kept session that has none. It is never granted. */
export const noSubscription: SubscriptionRecord = Object.freeze({ topic: '$none', qos: 0 });

export interface Match {
  clientId: string;
  subscription: SubscriptionRecord;
}

/** The subscriptions of kept sessions. They tell for which clients a message must be queued. */
export class KeptSubscriptions {
  private readonly tree = new FilterTree<Match>();
  private readonly matches = new Map<string, Match>();
  private readonly interest: Interest;

  constructor(interest: Interest) {
    this.interest = interest;
  }

  get size(): number {
    return this.tree.size;
  }

  /** Replaces the client's subscription with the same filter. */
  put(clientId: string, subscription: SubscriptionRecord): void {
    const { topic, qos } = subscription;
    this.remove(clientId, topic);
    const filter = parseFilter(topic);
    if (!filter || qos === 0) return; // messages of QoS 0 are not queued
    const match = { clientId, subscription };
    this.matches.set(keyOf(clientId, topic), match);
    this.tree.add(filter, match);
    this.interest.add(topic);
  }

  remove(clientId: string, topic: string): void {
    const key = keyOf(clientId, topic);
    const match = this.matches.get(key);
    const filter = parseFilter(topic);
    if (!match || !filter) return;
    this.matches.delete(key);
    this.tree.remove(filter, match);
    this.interest.remove(topic);
  }

  matching(topic: string): Match[] {
    return this.tree.match(topic);
  }
}

function keyOf(clientId: string, topic: string): string {
  return `${clientId}\0${topic}`;
}
