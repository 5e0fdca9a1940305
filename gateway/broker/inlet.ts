/**
 * Stands between a connection's bytes and Aedes' parser, and reads nothing but MQTT's fixed headers. It
 *
 * - refuses a packet that is too large, or whose length is malformed, from its header, before it is buffered;
 * - offers each simple PUBLISH to the durable path: in place where it lies whole in one chunk; one that straddles chunks
 *   is put together first, which holds no more than one packet of permitted size;
 * - passes everything else on to the parser, in order, as it came.
 */
import type { ReadBuffers } from './read-buffers.ts';

/** Bytes are lent: they are others' when the call returns. */
export interface InletHandler {
  /** A whole PUBLISH, QoS 0 or 1, not retained: its body is `bytes[start, end)`. False leaves it to the parser. */
  publish(bytes: Buffer, firstByte: number, start: number, end: number): boolean;
  /** Bytes for the parser. False when the connection is gone. */
  pass(bytes: Buffer): boolean;
}

export type Verdict = 'fine' | 'oversize' | 'malformed' | 'gone';

/** A packet of more bytes gets room as they come: a length is soon claimed. */
const roomAtOnceMax = 65_536;

export class Inlet {
  private readonly handler: InletHandler;
  private readonly buffers: Pick<ReadBuffers, 'take' | 'give'>;
  private readonly packetBytesMax: number;
  /** Remaining-length limit of the next packet: the first one (CONNECT, not yet trusted) has its own. */
  private lengthMax: number;
  /** Bytes of the current packet that are still to come. */
  private skip = 0;
  /** -1 between packets; otherwise the chunk ended within a fixed header and this is the next length byte's shift. */
  private shift = -1;
  private length = 0;
  /** A PUBLISH that straddles chunks, as far as it has come, and where its body begins. */
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
    const end = chunk.length;
    let at = 0;
    let passFrom = 0;
    if (this.straddling) {
      at = this.gather(this.straddling, chunk, 0);
      if (this.skip > 0) return 'fine';
      if (!this.handOver(this.straddling)) return 'gone';
      passFrom = at;
    } else if (this.shift >= 0) {
      const start = this.readLength(chunk, 0);
      if (start < 0) return 'malformed';
      if (this.shift < 0 && !this.admit()) return 'oversize';
      at = start;
    }
    for (;;) {
      if (this.skip > 0) {
        const taken = Math.min(this.skip, end - at);
        this.skip -= taken;
        at += taken;
      }
      if (at >= end) break;
      const first = at;
      const firstByte = chunk[at++]!;
      this.shift = 0;
      this.length = 0;
      at = this.readLength(chunk, at);
      if (at < 0) return this.flush(chunk, passFrom, first, 'malformed');
      if (this.shift >= 0) break; // the chunk ends within the header
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

  /** The chunk ends within the packet that begins at `first` and whose body begins at `bodyFrom`. */
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

  /** Copies what has come of the straddling packet. Returns where it ends in the chunk. */
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

  /** False when the connection is gone. */
  private handOver(packet: Buffer): boolean {
    const { handler, gathered } = this;
    this.straddling = null;
    const goesOn =
      handler.publish(packet, packet[0]!, this.bodyFrom, gathered) ||
      handler.pass(packet.subarray(0, gathered));
    this.buffers.give(packet);
    return goesOn;
  }

  private admit(): boolean {
    this.skip = this.length;
    const fits = this.length <= this.lengthMax;
    this.lengthMax = this.packetBytesMax;
    return fits;
  }

  /** Reads remaining-length bytes; sets shift to -1 at the last one. Returns where it stopped, -1 if there are more than four. */
  private readLength(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length) {
      const byte = chunk[at++]!;
      this.length |= (byte & 0x7f) << this.shift;
      if (byte < 0x80) {
        this.shift = -1;
        return at;
      }
      if (this.shift === 21) return -1;
      this.shift += 7;
    }
    return at;
  }

  private flush(chunk: Buffer, from: number, to: number, verdict: Verdict): Verdict {
    if (from >= to) return verdict;
    const whole = from === 0 && to === chunk.length;
    return this.handler.pass(whole ? chunk : chunk.subarray(from, to)) ? verdict : 'gone';
  }
}
