/**
 * The inlet stands between the bytes of a connection and Aedes' parser. It reads only MQTT's fixed headers, and
 *
 * - refuses a packet that is too large, or whose length is malformed, by its header, before its body is buffered;
 * - offers each simple PUBLISH to the durable path: in place if it is complete in one chunk, otherwise reassembled,
 *   which buffers no more than one packet of permitted size;
 * - passes everything else to the parser, in order and unchanged.
 */
import { PacketHeader } from '../../../../shared/mqtt/packet-header.ts';
import type { ReadBuffers } from './read-buffers.ts';

/** The bytes are valid only during the call. */
export interface InletHandler {
  /**
   * Called with a whole PUBLISH of QoS 0 or 1 that is not retained. Its body is `bytes[start, end)`. Returning false
   * leaves it to the parser.
   */
  publish(bytes: Buffer, firstByte: number, start: number, end: number): boolean;
  /** Called with bytes for the parser. False if the connection has closed. */
  pass(bytes: Buffer): boolean;
}

export type Verdict = 'fine' | 'oversize' | 'malformed' | 'gone';

/** For a larger packet, memory is reserved only as its bytes arrive, since its length is only a claim of the sender. */
const roomAtOnceMax = 65_536;

export class Inlet {
  private readonly handler: InletHandler;
  private readonly buffers: Pick<ReadBuffers, 'take' | 'give'>;
  private readonly packetBytesMax: number;
  /** Limit of the next packet's body. The first packet (CONNECT, whose sender is not known yet) has its own limit. */
  private lengthMax: number;
  private readonly header = new PacketHeader();
  /** Bytes of the current packet that are still to come. */
  private skip = 0;
  /** The bytes received so far of a PUBLISH that straddles chunks, their number, and where its body begins. */
  private straddling: Buffer | null = null;
  private gathered = 0;
  private bodyFrom = 0;

  constructor(
    handler: InletHandler,
    buffers: Pick<ReadBuffers, 'take' | 'give'>,
    packetBytesMax: number,
    firstPacketBytesMax: number,
  ) {
    this.handler = handler;
    this.buffers = buffers;
    this.packetBytesMax = packetBytesMax;
    this.lengthMax = Math.min(packetBytesMax, firstPacketBytesMax);
  }

  push(chunk: Buffer): Verdict {
    const { header } = this;
    const end = chunk.length;
    let at = 0;
    let passFrom = 0;
    if (this.straddling) {
      at = this.gather(this.straddling, chunk, 0);
      if (this.skip > 0) return 'fine';
      if (!this.handOver(this.straddling)) return 'gone';
      passFrom = at;
    } else if (header.isPartial) {
      at = header.resume(chunk, 0);
      if (at < 0) return 'malformed';
      if (!header.isPartial && !this.admit()) return 'oversize';
    }
    for (;;) {
      if (this.skip > 0) {
        const taken = Math.min(this.skip, end - at);
        this.skip -= taken;
        at += taken;
      }
      if (at >= end) break;
      const first = at;
      const firstByte = chunk[at]!;
      at = header.begin(chunk, at);
      if (at < 0) return this.flush(chunk, passFrom, first, 'malformed');
      if (header.isPartial) break;
      if (!this.admit()) return this.flush(chunk, passFrom, first, 'oversize');
      const next = at + this.skip;
      if ((firstByte & 0xf5) === 0x30) {
        if (passFrom < first && !this.handler.pass(chunk.subarray(passFrom, first))) return 'gone';
        if (next > end) return this.beginStraddling(chunk, first, at);
        passFrom = this.handler.publish(chunk, firstByte, at, next) ? next : first;
      }
    }
    return this.flush(chunk, passFrom, end, 'fine');
  }

  /** Starts to reassemble the packet that begins at `first`, and whose body begins at `bodyFrom`. */
  private beginStraddling(chunk: Buffer, first: number, bodyFrom: number): Verdict {
    this.bodyFrom = bodyFrom - first;
    this.gathered = 0;
    this.skip += this.bodyFrom;
    const here = chunk.length - first;
    const room = Math.min(this.skip, Math.max(roomAtOnceMax, 2 * here));
    this.straddling = this.buffers.take(room);
    this.gather(this.straddling, chunk, first);
    return 'fine';
  }

  /** Copies the part of the straddling packet that is in the chunk. Returns where that part ends. */
  private gather(into: Buffer, chunk: Buffer, from: number): number {
    const taken = Math.min(this.skip, chunk.length - from);
    const needed = this.gathered + taken;
    let target = into;
    if (needed > into.length) {
      target = this.buffers.take(Math.min(this.gathered + this.skip, Math.max(needed, 2 * into.length)));
      into.copy(target, 0, 0, this.gathered);
      this.buffers.give(into);
      this.straddling = target;
    }
    chunk.copy(target, this.gathered, from, from + taken);
    this.gathered = needed;
    this.skip -= taken;
    return from + taken;
  }

  /** Passes on a packet that is complete. Returns false if the connection has closed. */
  private handOver(packet: Buffer): boolean {
    const { handler, gathered } = this;
    this.straddling = null;
    const goesOn =
      handler.publish(packet, packet[0]!, this.bodyFrom, gathered) ||
      handler.pass(packet.subarray(0, gathered));
    this.buffers.give(packet);
    return goesOn;
  }

  /** Starts the packet whose header was read. Returns false if it is over the limit. */
  private admit(): boolean {
    this.skip = this.header.bodyBytes;
    const fits = this.skip <= this.lengthMax;
    this.lengthMax = this.packetBytesMax;
    return fits;
  }

  /** Passes `chunk[from, to)` on. Returns `verdict`, or `gone` if the connection has closed. */
  private flush(chunk: Buffer, from: number, to: number, verdict: Verdict): Verdict {
    if (from >= to) return verdict;
    const whole = from === 0 && to === chunk.length;
    return this.handler.pass(whole ? chunk : chunk.subarray(from, to)) ? verdict : 'gone';
  }
}
