/**
 * A packet-size limit in front of an MQTT parser that has none: it follows the fixed headers (type byte, then the
 * remaining length in one to four bytes of seven bits) and refuses a packet by the length it announces, before its body
 * is buffered. Bytes pass through untouched.
 */
import type { Duplex } from 'node:stream';
import { HarbingerError, type Stage } from './errors.ts';

/** Follows one direction of a connection. Pure: feed it the bytes in order. */
export class PacketMeter {
  /** Bytes of the current packet's body still to come. */
  private bodyLeft = 0;
  private inLength = false;
  private length = 0;
  private shift = 0;

  /** The size (without its header) of the first packet in `chunk` that is over `bytesMax`; null if none is. */
  feed(chunk: Uint8Array, bytesMax: number): number | null {
    let at = 0;
    while (at < chunk.length) {
      if (this.bodyLeft > 0) {
        const step = Math.min(this.bodyLeft, chunk.length - at);
        this.bodyLeft -= step;
        at += step;
      } else if (!this.inLength) {
        this.inLength = true;
        this.length = 0;
        this.shift = 0;
        at++;
      } else {
        const byte = chunk[at++]!;
        this.length += (byte & 0x7f) * 2 ** this.shift;
        this.shift += 7;
        if (byte & 0x80 && this.shift < 28) continue;
        if (byte & 0x80) return Number.POSITIVE_INFINITY;
        if (this.length > bytesMax) return this.length;
        this.inLength = false;
        this.bodyLeft = this.length;
      }
    }
    return null;
  }
}

export interface PacketGuardOptions {
  /** The limit now, in bytes after the fixed header: it may be smaller until the client is known. */
  bytesMax(): number;
  stage: Stage;
}

/**
 * Puts the limit on what a reader of `connection` gets through `read()` (which is how Aedes reads). A packet over it
 * destroys the connection with PACKET_TOO_LARGE. Costs one call per chunk: no second stream is put in between.
 */
export function guardPackets<T extends Duplex>(connection: T, options: PacketGuardOptions): T {
  const meter = new PacketMeter();
  const read = connection.read.bind(connection);
  connection.read = (size?: number) => {
    const chunk: Buffer | null = read(size);
    if (chunk === null) return null;
    const bytesMax = options.bytesMax();
    const tooLarge = meter.feed(chunk, bytesMax);
    if (tooLarge === null) return chunk;
    connection.destroy(
      new HarbingerError(
        'PACKET_TOO_LARGE',
        options.stage,
        `an MQTT packet of ${tooLarge} bytes is over the limit of ${bytesMax}; the connection was closed`,
      ),
    );
    return null;
  };
  return connection;
}
