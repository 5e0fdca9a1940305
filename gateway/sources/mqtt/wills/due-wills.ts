import type { PublishPacket } from '../packet.ts';
import type { Wills } from './wills.ts';

/** The part of Aedes that has the wills which wait for the delay that their clients asked for (MQTT 5). */
export interface DelayingBroker {
  delayedWills: Map<string, unknown>;
  clearDelayedWill(clientId: string): void;
}

/** Publishes a will that waits when the session ends for which it would have been withheld [MQTT-3.1.3-9, 3.1.4-4]. */
export class DueWills {
  private readonly broker: DelayingBroker;
  private readonly wills: Wills;
  private readonly publish: (will: PublishPacket) => Promise<void>;

  constructor(broker: DelayingBroker, wills: Wills, publish: (will: PublishPacket) => Promise<void>) {
    this.broker = broker;
    this.wills = wills;
    this.publish = publish;
  }

  /** The session of a client that is away has ended. One that is back soon must not withhold the will by that. */
  sessionEnded(clientId: string): void {
    const will = this.broker.delayedWills.has(clientId) ? this.wills.get(clientId) : undefined;
    if (!will) return;
    this.broker.clearDelayedWill(clientId);
    const forget = () => {
      if (this.wills.get(clientId) === will) this.wills.take(clientId);
    };
    // One that cannot be stored is left to the next process, unless its client is back by then.
    this.publish({ ...will }).then(forget, () => undefined);
  }

  /** The session ends together with a connection that is open, by the one that takes it over. */
  static endsWith({ will }: { will?: PublishPacket | null | undefined }): void {
    if (will?.properties?.willDelayInterval) will.properties.willDelayInterval = 0;
  }
}
