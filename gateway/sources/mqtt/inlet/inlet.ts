/**
 * The inlet (gateway/sources/mqtt/inlet): from the bytes of a connection to whole packets, and the space that packets have which are
 * not whole. No packet is understood here.
 *
 * It stands between the bytes of a connection and Aedes' parser. It reads only MQTT's fixed headers, and
 *
 * - refuses a packet that is too large, or whose header is malformed, before its body is buffered;
 * - reassembles a packet that straddles chunks, which buffers no more than one packet of permitted size. The parser gets
 *   whole packets only: it searches the list of its chunks anew for each text, and a client decides how many those are;
 * - offers each simple PUBLISH to the durable path;
 * - passes everything else to the parser, in order and unchanged.
 */
import { PacketHeader } from '../../../../shared/mqtt/packet-header.ts';
import type { UnfinishedOfOne } from './unfinished.ts';

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

/** `enough`: the rest of the chunk, `rest`, has not been handled. */
export type Verdict = 'fine' | 'oversize' | 'malformed' | 'unfinished' | 'gone' | 'enough';

/** How a connection is refused for a verdict. */
export const refusedPackets = {
  oversize: 'packet larger than packetBytesMax',
  malformed: 'malformed packet header: its type, its flags, or a length of more than four bytes',
  unfinished:
    'packets of this user that have begun and are not whole take as much space as one user may have (broker.unfinishedBytesMax)',
};

export const isRefusal = (verdict: Verdict): verdict is keyof typeof refusedPackets =>
  verdict in refusedPackets;

/** The type byte and up to four bytes of length. */
const headerBytesMax = 5;
/** For a larger packet, memory is reserved only as its bytes arrive, since its length is only a claim of the sender. */
const roomAtOnceMax = 65_536;

export class Inlet {
  handler: InletHandler;
  /** Set when nothing more of a chunk may be handled now, as one may hold many messages that take long. */
  hasEnough = false;
  /** Valid as long as the chunk. */
  rest: Buffer | null = null;
  private readonly buffers: Pick<UnfinishedOfOne, 'take' | 'give'>;
  private readonly packetBytesMax: number;
  /** Limit of the next packet's body. The first packet (CONNECT, whose sender is not known yet) has its own limit. */
  private lengthMax: number;
  private readonly header = new PacketHeader();
  /** The beginning of a header that straddles chunks. */
  private readonly headerStart = Buffer.alloc(headerBytesMax);
  private headerStartBytes = 0;
  /** Bytes of a packet that straddles chunks that are still to come. */
  private missing = 0;
  /** The bytes of it that were received so far, their number, and where its body begins. */
  private straddling: Buffer | null = null;
  private gathered = 0;
  private bodyFrom = 0;
  private begun = 0;

  constructor(
    handler: InletHandler,
    buffers: Pick<UnfinishedOfOne, 'take' | 'give'>,
    packetBytesMax: number,
    firstPacketBytesMax: number,
  ) {
    this.handler = handler;
    this.buffers = buffers;
    this.packetBytesMax = packetBytesMax;
    this.lengthMax = Math.min(packetBytesMax, firstPacketBytesMax);
  }

  /** Which of all packets that came in parts has begun and is not whole, counted from one; 0 if there is none. */
  get unfinished(): number {
    return this.straddling !== null || this.header.isPartial ? this.begun : 0;
  }

  /** Gives back what it has of a packet that will never be whole. */
  close(): void {
    if (this.straddling) this.buffers.give(this.straddling);
    this.straddling = null;
  }

  push(chunk: Buffer): Verdict {
    const { header } = this;
    let at = 0;
    if (this.straddling) at = this.gather(this.straddling, chunk, 0);
    else if (header.isPartial) {
      at = header.resume(chunk, 0);
      if (at < 0) return 'malformed';
      this.keepHeader(chunk, 0, at);
      if (header.isPartial) return 'fine';
      if (!this.admit()) return 'oversize';
      at = this.gather(this.beginStraddling(this.headerStart, 0, this.headerStartBytes), chunk, at);
    }
    if (at < 0) return 'unfinished';
    if (this.straddling) {
      if (this.missing > 0) return 'fine';
      if (!this.handOver(this.straddling)) return 'gone';
    }
    return this.pushFrom(chunk, at);
  }

  /** Handles the packets that begin in `chunk` from `start` on, where one begins. */
  private pushFrom(chunk: Buffer, start: number): Verdict {
    const { header } = this;
    const end = chunk.length;
    let passFrom = start;
    for (let at = start; at < end; ) {
      const first = at;
      const bodyFrom = header.begin(chunk, first);
      if (bodyFrom < 0) return this.flush(chunk, passFrom, first, 'malformed');
      if (header.isPartial) {
        this.begun += 1;
        this.headerStartBytes = 0;
        this.keepHeader(chunk, first, end);
        return this.flush(chunk, passFrom, first, 'fine');
      }
      if (!this.admit()) return this.flush(chunk, passFrom, first, 'oversize');
      at = bodyFrom + header.bodyBytes;
      if (at > end) {
        this.begun += 1;
        const fits = this.gather(this.beginStraddling(chunk, first, bodyFrom), chunk, bodyFrom) >= 0;
        return this.flush(chunk, passFrom, first, fits ? 'fine' : 'unfinished');
      }
      if (isSimplePublish(chunk[first]!)) {
        if (passFrom < first && !this.handler.pass(chunk.subarray(passFrom, first))) return 'gone';
        passFrom = this.handler.publish(chunk, chunk[first]!, bodyFrom, at) ? at : first;
        if (this.hasEnough && passFrom === at && at < end) return this.stop(chunk.subarray(at));
      }
    }
    return this.flush(chunk, passFrom, end, 'fine');
  }

  private stop(rest: Buffer): Verdict {
    this.hasEnough = false;
    this.rest = rest;
    return 'enough';
  }

  private keepHeader(chunk: Buffer, from: number, to: number): void {
    this.headerStartBytes += chunk.copy(this.headerStart, this.headerStartBytes, from, to);
  }

  /** Starts to reassemble the packet whose header is `source[first, bodyFrom)`. */
  private beginStraddling(source: Buffer, first: number, bodyFrom: number): Buffer | null {
    this.missing = this.header.bodyBytes;
    this.bodyFrom = bodyFrom - first;
    const into = this.buffers.take(Math.min(this.bodyFrom + this.missing, roomAtOnceMax));
    if (into === null) return null;
    this.gathered = source.copy(into, 0, first, bodyFrom);
    this.straddling = into;
    return into;
  }

  /**
   * Copies the part of the straddling packet that is in the chunk from `from` on. Returns where that part ends; -1 if there is no
   * space for it.
   */
  private gather(into: Buffer | null, chunk: Buffer, from: number): number {
    if (into === null) return -1;
    const taken = Math.min(this.missing, chunk.length - from);
    const needed = this.gathered + taken;
    let target = into;
    if (needed > into.length) {
      const larger = Math.min(this.gathered + this.missing, Math.max(needed, 2 * into.length));
      const taking = this.buffers.take(larger);
      if (taking === null) return -1;
      target = taking;
      into.copy(target, 0, 0, this.gathered);
      this.buffers.give(into);
      this.straddling = target;
    }
    chunk.copy(target, this.gathered, from, from + taken);
    this.gathered = needed;
    this.missing -= taken;
    return from + taken;
  }

  /** Passes on a packet that is complete. Returns false if the connection has closed. */
  private handOver(packet: Buffer): boolean {
    const { handler, gathered } = this;
    const firstByte = packet[0]!;
    this.straddling = null;
    const goesOn =
      (isSimplePublish(firstByte) && handler.publish(packet, firstByte, this.bodyFrom, gathered)) ||
      handler.pass(packet.subarray(0, gathered));
    this.buffers.give(packet);
    return goesOn;
  }

  /** Returns false if the packet whose header was read is over the limit. */
  private admit(): boolean {
    const fits = this.header.bodyBytes <= this.lengthMax;
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

/** True for a PUBLISH of QoS 0 or 1 that is not retained. */
function isSimplePublish(firstByte: number): boolean {
  return (firstByte & 0xf5) === 0x30;
}
