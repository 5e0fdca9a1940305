import type { Aedes, AedesPublishPacket, Client } from 'aedes';
import type { LinkedClient } from './aedes-types.ts';

/** Bytes that a subscriber has not taken yet, beyond which it gets no more. */
const unreadBytesMax = 262_144;
/** Messages being passed on at once, beyond which publishers wait for their turn. */
const underwayMax = 4_096;

type Done = (error?: Error) => void;
type Publish = (packet: AedesPublishPacket, client: Client | Done | null, done?: Done) => void;

/** Passing messages on to subscribers: beside the way of a reading, and never in it. */
export class FanOut {
  /** Messages that a subscriber was too slow for. */
  dropped = 0;
  failed = 0;
  private underway = 0;

  /** A publisher waits until its message is stored, not until the slowest subscriber has it. */
  attach(aedes: Aedes): void {
    const publish = aedes.publish.bind(aedes) as Publish;
    const detached: Publish = (packet, client, done) => {
      if (!client || typeof client === 'function' || !done || this.underway >= underwayMax) {
        return publish(packet, client, done);
      }
      this.underway += 1;
      publish(packet, client, (error) => {
        this.underway -= 1;
        if (error) this.failed += 1;
      });
      done();
    };
    aedes.publish = detached as Aedes['publish'];
  }

  /**
   * Aedes' authorizeForward. A subscriber that does not read loses messages, and holds up nobody else. One with a kept
   * session is sent away instead: it finds the messages in its queue when it comes back.
   */
  readonly authorize = (client: Client, packet: AedesPublishPacket): AedesPublishPacket | null => {
    if (client.conn.writableLength <= unreadBytesMax) return packet;
    this.dropped += 1;
    if (!client.clean && packet.qos > 0)
      (client as LinkedClient).link.drop('slow', 'does not read its messages');
    return null;
  };
}
