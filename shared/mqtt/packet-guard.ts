/**
 * Two limits in front of an MQTT parser that has none. A packet is refused by the length that its fixed header announces,
 * before its body is buffered. And the parser gets whole packets only: it searches the list of its chunks anew for each
 * text, and whoever sends decides how many those are. Bytes pass through unchanged.
 */
import type { Duplex } from 'node:stream';
import { HarbingerError, type Stage } from '../runtime/errors.ts';
import { PacketHeader } from './packet-header.ts';

/** Follows the packets in one direction of a connection. Pure: it depends only on the bytes that it is fed, in order. */
export class PacketMeter {
  private readonly header = new PacketHeader();
  /** Bytes of the current packet's body that are still to come. */
  private bodyLeft = 0;
  /** Where in the last chunk the last packet ended; 0 if none did. */
  wholeTo = 0;

  /**
   * The body length in bytes of the first packet in `chunk` that is over `bytesMax`, or Infinity if a header is
   * malformed; null if neither occurs. After a number the connection cannot be followed any further.
   */
  feed(chunk: Uint8Array, bytesMax: number): number | null {
    const { header } = this;
    let at = 0;
    this.wholeTo = 0;
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
      if (this.bodyLeft === 0) this.wholeTo = at;
    }
    return null;
  }
}

const reservedBytesMin = 4_096;

/** Holds the beginning of a packet until its rest arrives. */
class PacketStart {
  private bytes: Buffer = Buffer.alloc(0);
  private length = 0;

  add(chunk: Buffer): void {
    const needed = this.length + chunk.length;
    if (needed > this.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.bytes.length, reservedBytesMin));
      this.bytes.copy(larger, 0, 0, this.length);
      this.bytes = larger;
    }
    chunk.copy(this.bytes, this.length);
    this.length = needed;
  }

  /** Returns what it holds with `rest` behind it, and is empty again. */
  takeWith(rest: Buffer): Buffer {
    if (this.length === 0) return rest;
    this.add(rest);
    const whole = this.bytes.subarray(0, this.length);
    this.bytes = Buffer.alloc(0);
    this.length = 0;
    return whole;
  }
}

export interface PacketGuardOptions {
  /** The current limit, in bytes after the fixed header. It may be smaller until the client is known. */
  bytesMax(): number;
  stage: Stage;
}

/**
 * Limits what a reader of `connection` gets through `read()`, which is how Aedes reads: whole packets, none of them over
 * the limit. Such a packet destroys the connection with PACKET_TOO_LARGE. No second stream is needed.
 */
export function guardPackets<T extends Duplex>(connection: T, options: PacketGuardOptions): T {
  const meter = new PacketMeter();
  const start = new PacketStart();
  const read = connection.read.bind(connection);
  connection.read = (size?: number) => {
    const chunk: Buffer | null = read(size);
    if (chunk === null) return null;
    const bytesMax = options.bytesMax();
    const tooLarge = meter.feed(chunk, bytesMax);
    if (tooLarge === null) {
      const { wholeTo } = meter;
      const whole = wholeTo > 0 ? start.takeWith(chunk.subarray(0, wholeTo)) : null;
      if (wholeTo < chunk.length) start.add(chunk.subarray(wholeTo));
      return whole;
    }
    const length = Number.isFinite(tooLarge)
      ? `${tooLarge} bytes`
      : 'unknown length, as its header is malformed,';
    connection.destroy(
      new HarbingerError(
        'PACKET_TOO_LARGE',
        options.stage,
        `an MQTT packet of ${length} is over the limit of ${bytesMax} bytes; the connection was closed`,
      ),
    );
    return null;
  };
  return connection;
}
