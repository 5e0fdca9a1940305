/**
 * A packet-size limit in front of an MQTT parser that has none. It reads the fixed headers and refuses a packet by the
 * length that it announces, before its body is buffered. Bytes pass through unchanged.
 */
import type { Duplex } from 'node:stream';
import { HarbingerError, type Stage } from '../runtime/errors.ts';
import { PacketHeader } from './packet-header.ts';

/** Follows the packets in one direction of a connection. Pure: it depends only on the bytes that it is fed, in order. */
export class PacketMeter {
  private readonly header = new PacketHeader();
  /** Bytes of the current packet's body that are still to come. */
  private bodyLeft = 0;

  /**
   * The body length in bytes of the first packet in `chunk` that is over `bytesMax`, or Infinity if a length is
   * malformed; null if neither occurs. After a number the connection cannot be followed any further.
   */
  feed(chunk: Uint8Array, bytesMax: number): number | null {
    const { header } = this;
    let at = 0;
    while (at < chunk.length) {
      if (this.bodyLeft > 0) {
        const step = Math.min(this.bodyLeft, chunk.length - at);
        this.bodyLeft -= step;
        at += step;
      } else {
        at = header.isPartial ? header.resume(chunk, at) : header.begin(chunk, at);
        if (at < 0) return Number.POSITIVE_INFINITY;
        if (header.isPartial) break;
        if (header.bodyBytes > bytesMax) return header.bodyBytes;
        this.bodyLeft = header.bodyBytes;
      }
    }
    return null;
  }
}

export interface PacketGuardOptions {
  /** The current limit, in bytes after the fixed header. It may be smaller until the client is known. */
  bytesMax(): number;
  stage: Stage;
}

/**
 * Limits the packets that a reader of `connection` gets through `read()`, which is how Aedes reads. A packet over the
 * limit destroys the connection with PACKET_TOO_LARGE. This costs one call for each chunk, as no second stream is needed.
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
