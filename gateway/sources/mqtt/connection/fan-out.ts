import type { Aedes, AedesPublishPacket, Client } from 'aedes';
import type { ConnectedClient } from './connection.ts';

/** A subscriber with more unsent bytes than this gets no further messages. */
const unreadBytesMax = 262_144;
/** Limit of messages being forwarded at once. Beyond it, publishers wait until theirs are forwarded. */
const inProgressMax = 4_096;

type Done = (error?: Error) => void;
type Publish = (packet: AedesPublishPacket, client: Client | Done | null, done?: Done) => void;

/** Forwards messages to subscribers without delaying their publishers. */
export class FanOut {
  /** Messages dropped because a subscriber was too slow. */
  dropped = 0;
  failed = 0;
  private inProgress = 0;

  /** Makes publishers wait until their message is stored, and not until the slowest subscriber has it. */
  attach(aedes: Aedes): void {
    const publish = aedes.publish.bind(aedes) as Publish;
    const detached: Publish = (packet, client, done) => {
      if (!client || typeof client === 'function' || !done || this.inProgress >= inProgressMax) {
        return publish(packet, client, done);
      }
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
   * session is disconnected instead, and finds the messages in its queue when it reconnects.
   */
  readonly authorize = (client: Client, packet: AedesPublishPacket): AedesPublishPacket | null => {
    if (client.conn.writableLength <= unreadBytesMax) return packet;
    this.dropped += 1;
    if (!client.clean && packet.qos > 0)
      (client as ConnectedClient).connection.drop('slow', 'does not read its messages');
    return null;
  };
}
