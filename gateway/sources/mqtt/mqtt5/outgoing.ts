import mqttPacket from 'mqtt-packet';
import type { QueuedPacket } from '../packet.ts';

type Done = () => void;
export type Deliver = (packet: QueuedPacket, done: Done) => void;

/** The part of Aedes' client that is needed here. */
export interface QosClient {
  maximumPacketSize?: number;
  receiveMaximum: number;
  deliverQoS: Deliver;
  /** By broker: the number of the latest message. Aedes sends no earlier one after it. */
  duplicates: Record<string, number>;
}

/** Limits of messages that wait because the client has not acknowledged those before them. */
const waitingMax = 1_000;
const waitingBytesMax = 262_144;
/** More than properties and headers of most messages take: below it no message needs to be measured. */
const roomForTheRest = 1_024;

/**
 * Messages of QoS 1 and 2 on their way to one client: no more at once than its Receive Maximum [MQTT-3.3.4-9], and none
 * that is over its Maximum Packet Size [MQTT-3.1.2-24]. Aedes heeds neither.
 */
export class OutgoingWindow {
  /** Messages that were not sent, because the client takes no packets of their size. */
  tooLarge = 0;
  private readonly client: QosClient;
  private inFlight = 0;
  private readonly waiting: { packet: QueuedPacket; bytes: number }[] = [];
  private waitingBytes = 0;
  /** Names of queued messages that have their place already. */
  private readonly reserved = new Set<string>();
  private readonly whenRoom: Done[] = [];
  private readonly deliver: Deliver;

  /** `overflow` is called when too much waits, which ends the connection. */
  constructor(client: QosClient, overflow: () => void) {
    this.client = client;
    this.deliver = client.deliverQoS;
    client.deliverQoS = (packet, done) => {
      if (packet.qos === 0 || (this.hasRoom && this.waiting.length === 0)) return this.deliver(packet, done);
      done(); // publishers do not wait for a subscriber
      if (!this.isNew(packet)) return;
      const bytes = packet.payload?.length ?? 0;
      if (this.waiting.length >= waitingMax || this.waitingBytes + bytes > waitingBytesMax) return overflow();
      this.waiting.push({ packet, bytes });
      this.waitingBytes += bytes;
    };
  }

  /** False for a message that another subscription of the client has matched, too. */
  private isNew({ brokerId, brokerCounter = 0 }: QueuedPacket): boolean {
    const { duplicates } = this.client;
    if (!brokerId) return true;
    if ((duplicates[brokerId] ?? 0) >= brokerCounter) return false;
    duplicates[brokerId] = brokerCounter;
    return true;
  }

  /** Delivers a message although later ones of QoS 0 may have gone before it. */
  private deliverLate(packet: QueuedPacket): void {
    const { duplicates } = this.client;
    const { brokerId, brokerCounter = 0 } = packet;
    const latest = brokerId ? (duplicates[brokerId] ?? 0) : 0;
    if (brokerId) duplicates[brokerId] = brokerCounter - 1;
    this.deliver(packet, noop);
    if (brokerId) duplicates[brokerId] = latest;
  }

  private get hasRoom(): boolean {
    return this.inFlight < this.client.receiveMaximum;
  }

  /** Asked when a message is about to be sent: false if it is larger than the client takes. */
  admits(packet: QueuedPacket): boolean {
    const { maximumPacketSize: max } = this.client;
    const known = packet.payload?.length ?? 0;
    if (
      max !== undefined &&
      known + 4 * (packet.topic?.length ?? 0) + roomForTheRest > max &&
      sizeOf(packet) > max
    ) {
      this.tooLarge += 1;
      this.withheld(packet);
      return false;
    }
    if ((packet.qos ?? 0) > 0 && !this.reserved.delete(nameOf(packet))) this.inFlight += 1;
    return true;
  }

  /** Called for a message that is not sent after all. */
  withheld(packet: QueuedPacket): void {
    if (this.reserved.delete(nameOf(packet))) this.acknowledged();
  }

  /** Takes a place for a message of a kept session's queue, as soon as there is room, or `isClosed`. */
  async reserve(packet: QueuedPacket, isClosed: () => boolean): Promise<void> {
    while (!this.hasRoom && !isClosed()) await new Promise<void>((resolve) => this.whenRoom.push(resolve));
    this.inFlight += 1;
    this.reserved.add(nameOf(packet));
  }

  /** Called for each PUBACK, PUBCOMP, and PUBREC with an error. */
  acknowledged(): void {
    this.inFlight = Math.max(0, this.inFlight - 1);
    this.whenRoom.shift()?.();
    while (this.hasRoom && this.waiting.length > 0) {
      const { packet, bytes } = this.waiting.shift()!;
      this.waitingBytes -= bytes;
      this.deliverLate(packet);
    }
  }

  /** Called when the connection has closed. */
  close(): void {
    this.waiting.length = 0;
    for (const resolve of this.whenRoom.splice(0)) resolve();
  }
}

function noop(): void {}

function nameOf({ brokerId, brokerCounter }: QueuedPacket): string {
  return `${brokerId}:${brokerCounter}`;
}

function sizeOf(packet: QueuedPacket): number {
  const whole = { ...packet, messageId: 1, dup: false, retain: packet.retain === true };
  return mqttPacket.generate(whole as mqttPacket.Packet, { protocolVersion: 5 }).length;
}
