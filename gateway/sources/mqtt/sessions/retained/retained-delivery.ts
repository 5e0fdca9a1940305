import { type QueuedPacket, retainedName } from '../../packet.ts';

type Done = () => void;

/** The part of Aedes' client that is needed here. */
interface RetainedClient {
  readonly id: string;
  readonly closed: boolean;
  readonly broker: { readonly clients: Readonly<Record<string, RetainedClient | undefined>> };
  deliverQoS(packet: QueuedPacket, done: Done): void;
}

/** The part of the sessions that is needed here. */
interface KeptSessions {
  matching(topic: string): { clientId: string }[];
  /** Gives the message its number and queues it; null if there is no room for it. Resolves when it is written. */
  enqueueRetained(clientId: string, packet: QueuedPacket): Promise<void> | null;
}

/** So many retained messages are under way to a client at once: they must not fill the queue of what it has not got yet. */
const underWayMax = 64;
const underWayBytesMax = 262_144;

/**
 * Queues the retained messages that a SUBSCRIBE brings to a client with a kept session, as if they had just been published: they are
 * sent again at the next connection until they are acknowledged [MQTT-4.4.0-1]. Aedes sends them beside the session. Where a
 * connection is cut in the midst of many, the rest is queued as far as there is room, and waits for the client, or goes to its next
 * connection if that has read the queue already.
 */
export class RetainedDelivery {
  private readonly client: RetainedClient;
  private readonly sessions: KeptSessions;
  private readonly qosOf: (topic: string) => number;
  /** Bytes of the messages that are under way, by the broker's number of them. */
  private readonly underWay = new Map<number, number>();
  private bytes = 0;
  /** Two SUBSCRIBE may bring messages at once. */
  private readonly waiting: Done[] = [];

  /** @param qosOf the QoS with which the client gets messages of a topic, at most */
  constructor(client: RetainedClient, sessions: KeptSessions, qosOf: (topic: string) => number) {
    this.client = client;
    this.sessions = sessions;
    this.qosOf = qosOf;
    const deliver = client.deliverQoS;
    client.deliverQoS = (packet, done) => {
      if (this.isRetained(packet)) void this.sendQueued(packet, deliver, done);
      else deliver(packet, done);
    };
  }

  /** Called for each message that the client has acknowledged. @param seq its place in the queue, which is the broker's number too */
  acknowledged(seq: number): void {
    this.bytes -= this.underWay.get(seq) ?? 0;
    if (this.underWay.delete(seq)) this.goOn();
  }

  /** Aedes names each message but those that SUBSCRIBE brings. */
  private isRetained({ retain, qos = 0, brokerId, topic = '' }: QueuedPacket): boolean {
    return retain === true && qos > 0 && !brokerId && this.qosOf(topic) > 0;
  }

  /** Aedes brings the next one when `done` is called. */
  private async sendQueued(
    packet: QueuedPacket,
    deliver: RetainedClient['deliverQoS'],
    done: Done,
  ): Promise<void> {
    const { client, sessions } = this;
    while (this.isFull && !client.closed) await new Promise<void>((resolve) => this.waiting.push(resolve));
    if (client.closed && !this.hasSubscribed(packet.topic ?? '')) return done();
    packet.brokerId = retainedName;
    const queued = sessions.enqueueRetained(client.id, packet);
    if (!queued) delete packet.brokerId;
    if (queued && !client.closed) {
      const bytes = packet.payload?.length ?? 0;
      this.underWay.set(packet.brokerCounter ?? 0, bytes);
      this.bytes += bytes;
    }
    await queued;
    if (!client.closed) return deliver(packet, done);
    const next = client.broker.clients[client.id];
    if (queued && next && next !== client) next.deliverQoS(packet, done);
    else done();
  }

  /** False if the session has ended since, and perhaps begun anew. */
  private hasSubscribed(topic: string): boolean {
    return this.sessions.matching(topic).some(({ clientId }) => clientId === this.client.id);
  }

  private get isFull(): boolean {
    return this.underWay.size >= underWayMax || (this.bytes >= underWayBytesMax && this.underWay.size > 0);
  }

  /** Lets the next ones come; to be called when the connection has closed, too. */
  goOn(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
