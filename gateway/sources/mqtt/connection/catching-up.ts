import type { Deliver, OutgoingWindow } from '../mqtt5/outgoing.ts';
import { type QueuedPacket, retainedName } from '../packet.ts';

/** The part of Aedes' client that is needed here. */
export interface CatchingClient {
  closed: boolean;
  deliverQoS: Deliver;
}

/**
 * The queue of a kept session goes first when its client is back. Aedes sends it beside what comes live, so that newer messages of a
 * topic would overtake older ones [MQTT-4.6.0-6]. What comes live is in the queue already, so it is left to that until all of the
 * queue has been written, with what was added meanwhile.
 */
export class CatchingUp {
  /** Sends the retained messages that SUBSCRIBE brings. */
  retained: { acknowledged(seq: number): void; goOn(): void } | null = null;
  private isBehind = true;
  private readonly client: CatchingClient;
  private readonly window: Pick<OutgoingWindow, 'reserve'> | undefined;
  /** The latest message that was sent from the queue. */
  private latest: QueuedPacket = { cmd: 'publish' };
  /** By the first part of its name, the number of the latest: those before it have lower ones, or came from an earlier process. */
  private readonly sent = new Map<string, number>();
  private isWriting = false;
  private wake: (() => void) | null = null;

  /**
   * From now on live messages are left to the queue, until that has been sent.
   * @param window how much may be under way to the client; absent without a limit (MQTT 3.1.1)
   */
  constructor(client: CatchingClient, window?: Pick<OutgoingWindow, 'reserve'>) {
    this.client = client;
    this.window = window;
    const deliver = client.deliverQoS;
    client.deliverQoS = (packet, done) => {
      if (this.isOfQueue(packet)) done();
      else deliver(packet, done);
    };
  }

  /**
   * True for a message of QoS 1 or 2 that the queue has, or had. Retained messages that SUBSCRIBE brings are not named where they are
   * not queued, and come live.
   */
  isOfQueue({ qos = 0, brokerId, brokerCounter = 0 }: QueuedPacket): boolean {
    if (qos === 0 || !brokerId) return false;
    return this.isBehind || brokerCounter <= (this.sent.get(brokerId) ?? Number.NEGATIVE_INFINITY);
  }

  /**
   * Returns the messages of the queue in order, each when the one before is being written.
   * @param queued those that are in the queue, and each that is added until they end; null if there are none
   */
  from(queued: Iterable<QueuedPacket> | null): AsyncGenerator<QueuedPacket> | null {
    if (queued) return this.oneByOne(queued);
    this.isBehind = false;
    return null;
  }

  private async *oneByOne(queued: Iterable<QueuedPacket>): AsyncGenerator<QueuedPacket> {
    const { client, window } = this;
    for (const packet of queued) {
      if (packet.cmd === 'publish') await window?.reserve(packet, () => client.closed);
      if (client.closed) return;
      this.latest = packet;
      if (packet.brokerId) this.sent.set(packet.brokerId, packet.brokerCounter ?? 0);
      this.isWriting = true;
      yield packet;
      if (this.isWriting)
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      if (client.closed) return;
    }
    this.isBehind = false; // nothing can be added between the end of the queue and this
  }

  /** Called when Aedes has given a message its packet id, and is about to write it. */
  writes({ brokerId, brokerCounter, messageId }: QueuedPacket): void {
    const { latest } = this;
    // A release that an earlier process left has nothing but its packet id.
    const isLatest =
      latest.brokerId === undefined
        ? latest.messageId === messageId
        : latest.brokerId === brokerId && latest.brokerCounter === brokerCounter;
    if (isLatest) this.goOn();
  }

  /** Called for each message that the client has acknowledged. @param seq its place in the queue */
  acknowledged(seq: number): void {
    this.retained?.acknowledged(seq);
  }

  /** Called for a message that is not sent on this connection: it must not hold up those behind it. */
  notSent({ brokerId, brokerCounter = 0 }: QueuedPacket): void {
    if (brokerId === retainedName) this.retained?.acknowledged(brokerCounter);
  }

  /** To be called when the connection has closed. */
  close(): void {
    this.goOn();
    this.retained?.goOn();
  }

  /** Lets the next message come. */
  private goOn(): void {
    this.isWriting = false;
    this.wake?.();
    this.wake = null;
  }
}
