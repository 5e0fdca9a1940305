/**
 * Stands between a connection's bytes and Aedes' parser, and reads nothing but MQTT's fixed headers. It
 *
 * - refuses a packet that is too large, or whose length is malformed, from its header, before it is buffered;
 * - offers each simple PUBLISH that lies whole in one chunk to the durable path, in place, without copying;
 * - passes everything else on to the parser, in order, as it came. A packet that straddles chunks goes that way too, so
 *   the inlet itself never holds bytes.
 */
export interface InletHandler {
  /** A whole PUBLISH, QoS 0 or 1, not retained: its body is `chunk[start, end)`. False leaves it to the parser. */
  publish(chunk: Buffer, firstByte: number, start: number, end: number): boolean;
  /** Bytes for the parser. False when the connection is gone. */
  pass(bytes: Buffer): boolean;
}

export type Verdict = 'fine' | 'oversize' | 'malformed' | 'gone';

export class Inlet {
  private readonly handler: InletHandler;
  private readonly packetBytesMax: number;
  /** Remaining-length limit of the next packet: the first one (CONNECT, not yet trusted) has its own. */
  private lengthMax: number;
  /** Bytes of the current packet that are still to come. */
  private skip = 0;
  /** -1 between packets; otherwise the chunk ended within a fixed header and this is the next length byte's shift. */
  private shift = -1;
  private length = 0;

  constructor(handler: InletHandler, packetBytesMax: number, firstPacketBytesMax: number) {
    this.handler = handler;
    this.packetBytesMax = packetBytesMax;
    this.lengthMax = Math.min(packetBytesMax, firstPacketBytesMax);
  }

  push(chunk: Buffer): Verdict {
    const end = chunk.length;
    let at = 0;
    if (this.shift >= 0) {
      const start = this.readLength(chunk, 0);
      if (start < 0) return 'malformed';
      if (this.shift < 0 && !this.admit()) return 'oversize';
      at = start;
    }
    let passFrom = 0;
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
      if (next <= end && (firstByte & 0xf5) === 0x30) {
        if (passFrom < first && !this.handler.pass(chunk.subarray(passFrom, first))) return 'gone';
        passFrom = this.handler.publish(chunk, firstByte, at, next) ? next : first;
      }
    }
    return this.flush(chunk, passFrom, end, 'fine');
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
