/**
 * Reads MQTT fixed headers from bytes that arrive in chunks of any size: a type byte, then the length of the packet's
 * body in one to four bytes of seven bits each, the lowest first, all but the last with the highest bit set.
 */
export class PacketHeader {
  /** Length in bytes of the body of the packet whose header was read last: 0 to 268,435,455. */
  bodyBytes = 0;
  /** How far the next length byte is shifted; -1 unless a header has been begun and not ended. */
  private shift = -1;

  /** True if the last chunk ended within a header, so that the next call of `read` continues it. */
  get isPartial(): boolean {
    return this.shift >= 0;
  }

  /**
   * Reads the header that begins at `chunk[start]`, or continues a partial one there. Returns where it ends, which is the
   * end of the chunk if it is still partial; -1 if its length has more than four bytes, which MQTT forbids.
   */
  read(chunk: Uint8Array, start: number): number {
    let at = start;
    let shift = this.shift;
    let bodyBytes = this.bodyBytes;
    if (shift < 0) {
      at += 1; // the type byte
      shift = 0;
      bodyBytes = 0;
    }
    while (at < chunk.length) {
      const byte = chunk[at++]!;
      bodyBytes |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.shift = -1;
        this.bodyBytes = bodyBytes;
        return at;
      }
      if (shift === 21) return -1;
      shift += 7;
    }
    this.shift = shift;
    this.bodyBytes = bodyBytes;
    return at;
  }
}
