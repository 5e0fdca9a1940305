import type { Aedes, Client, Subscription } from 'aedes';
import type { ConnectedClient } from '../connection/connection.ts';
import { describe, type RefusalCounts } from '../refusal-counts.ts';
import { noSubscription, type SubscriptionRecord } from '../sessions/kept-subscriptions.ts';
import type { BrokerPersistence } from '../sessions/persistence.ts';

const quotaExceeded = 0x97;

type Done = (error: Error | null, subscription?: Subscription | null) => void;

/** Grants the subscriptions that a client's rights and the limit on their number allow. */
export class Subscribing {
  refused = 0;
  /** The reason codes of refused subscriptions, where it is not "not authorized". */
  readonly codes = new WeakMap<Subscription, number>();
  private readonly persistence: BrokerPersistence;
  private readonly refusals: RefusalCounts;
  private readonly subscriptionsMax: number;

  constructor(persistence: BrokerPersistence, refusals: RefusalCounts, subscriptionsMax: number) {
    this.persistence = persistence;
    this.refusals = refusals;
    this.subscriptionsMax = subscriptionsMax;
  }

  /** Observes unsubscriptions, which no longer count towards the limit. */
  watch(aedes: Aedes): void {
    aedes.on('unsubscribe', (topics, client) => {
      for (const topic of topics) (client as ConnectedClient).connection.granted.delete(topic);
    });
  }

  /** Aedes' authorizeSubscribe. */
  readonly authorize = (subscriber: Client, subscription: Subscription, done: Done): void => {
    if (subscription === noSubscription) return done(null, null);
    const client = subscriber as ConnectedClient;
    const { rights, granted } = client.connection;
    const { topic } = subscription;
    const room = granted.has(topic) || (granted.size < this.subscriptionsMax && granted.hasRoomFor(topic));
    if (rights?.maySubscribe(topic) && room) {
      granted.add(topic, subscription.qos, (subscription as SubscriptionRecord).subscriptionIdentifier);
      return done(null, subscription);
    }
    this.refused += 1;
    if (!room) this.codes.set(subscription, quotaExceeded);
    const noRight = topic.startsWith('$share/')
      ? 'shared subscriptions are not offered'
      : 'no right to subscribe';
    const full = granted.hasRoomFor(topic)
      ? 'subscriptionsMax is reached'
      : 'the filters of one client are too long together';
    const problem = room ? noRight : full;
    this.refusals.tell('subscribe', { ...describe(client), topic: topic.slice(0, 200) }, problem);
    // A kept session may contain a subscription to which its user no longer has the right.
    if (!client.clean) this.persistence.removeSubscriptions(client, [topic]).catch(() => undefined);
    done(null, null);
  };
}
