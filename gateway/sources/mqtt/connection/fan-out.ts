import type { Aedes, AedesPublishPacket, Client } from 'aedes';
import type { Clock } from '../../../../shared/runtime/clock.ts';
import type { PublishPacket } from '../packet.ts';
import type { ConnectedClient, Connection } from './connection.ts';

/** A subscriber with more unsent bytes than this gets no further messages. */
const unreadBytesMax = 262_144;
/** Limit of messages being forwarded at once. Beyond it, publishers wait until theirs are forwarded. */
const inProgressMax = 4_096;

interface FanOutDeps {
  clock: Pick<Clock, 'nowMs'>;
  /** Tells of a message that waited, and that its client may not have any more. */
  noRight(client: ConnectedClient, topic: string): void;
}

type Done = (error?: Error) => void;
type Publish = (packet: AedesPublishPacket, client: Client | Done | null, done?: Done) => void;

/** Forwards messages to subscribers without delaying their publishers. */
export class FanOut {
  /** Messages dropped because a subscriber was too slow. */
  dropped = 0;
  failed = 0;
  private inProgress = 0;
  private readonly deps: FanOutDeps;

  constructor(deps: FanOutDeps) {
    this.deps = deps;
  }

  /**
   * Makes publishers wait until their message is stored, and not until the slowest subscriber has it: clients, and the gateway
   * itself, whose next will or message about what is open would be late by the seconds for which a subscriber may not read.
   */
  attach(aedes: Aedes): void {
    const publish = aedes.publish.bind(aedes) as Publish;
    const detached: Publish = (packet, from, then) => {
      const [client, done] = typeof from === 'function' ? [null, from] : [from, then];
      if (!done || this.inProgress >= inProgressMax) return publish(packet, client, done);
      this.inProgress += 1;
      publish(packet, client, (error) => {
        this.inProgress -= 1;
        if (error) this.failed += 1;
      });
      done();
    };
    aedes.publish = detached as Aedes['publish'];
  }

  /**
   * Aedes' authorizeForward. A subscriber that does not read loses messages, and delays nobody else. One with a kept
   * session is disconnected instead, and finds the messages in its queue when it reconnects. What comes out of that queue
   * waits for its reader, because Aedes would forget what is refused here: only what its user has no right to any more.
   */
  readonly authorize = (subscriber: Client, packet: AedesPublishPacket): AedesPublishPacket | null => {
    const client = subscriber as ConnectedClient;
    const { connection } = client;
    const waits = connection.catchingUp?.isOfQueue(packet as PublishPacket) === true;
    if (waits && this.isNotSent(client, packet as PublishPacket)) {
      connection.v5?.outgoing.withheld(packet as PublishPacket);
      return null;
    }
    if (waits || client.conn.writableLength <= unreadBytesMax) {
      asGranted(connection, packet);
      if (connection.v5 === null || connection.v5.outgoing.admits(packet as PublishPacket)) {
        if (packet.retain && !client.clean) noteId(client, packet as PublishPacket);
        return packet;
      }
    } else if (!client.clean && packet.qos > 0) connection.drop('slow', 'does not read its messages');
    connection.catchingUp?.notSent(packet as PublishPacket);
    this.dropped += 1;
    return null;
  };

  /** Tells of a message that comes out of a queue whether it is not for its client any more. Aedes forgets it then. */
  private isNotSent(client: ConnectedClient, { topic, messageExpiry }: PublishPacket): boolean {
    const { clock, noRight } = this.deps;
    if (messageExpiry !== undefined && messageExpiry <= clock.nowMs()) return true;
    if (client.connection.rights?.maySubscribe(topic) === true) return false;
    this.dropped += 1;
    noRight(client, topic);
    return true;
  }
}

/**
 * Notes the packet id of a message that goes out with RETAIN as its sender set it, as Aedes does for those without: its
 * acknowledgement is recognised by it. What is sent because it is retained has no name, and is not in the queue.
 */
function noteId(client: ConnectedClient, packet: PublishPacket): void {
  if (packet.qos === 0 || !packet.brokerId || packet.messageId !== undefined) return;
  packet.messageId = client._nextId;
  client._nextId = client._nextId >= 65_535 ? 1 : client._nextId + 1;
  void client.broker.persistence.outgoingUpdate(client, packet);
}

/** Lowers the QoS to what the client's subscriptions grant [MQTT-3.8.4-8], and adds their identifiers [MQTT-3.3.4-4]. */
function asGranted({ granted, v5 }: Connection, packet: AedesPublishPacket): void {
  const grant = granted.grantOf(packet.topic);
  if (!grant) return;
  if (grant.qos < packet.qos) packet.qos = grant.qos as AedesPublishPacket['qos'];
  if (v5 === null || grant.identifiers.length === 0) return;
  const subscriptionIdentifier = grant.identifiers.length === 1 ? grant.identifiers[0]! : grant.identifiers;
  const kept = packet as PublishPacket;
  kept.properties = { ...kept.properties, subscriptionIdentifier };
}
