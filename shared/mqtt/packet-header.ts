/**
 * By first byte of a packet: 1 if it is a type with the flags that MQTT requires. The parser would report the others too,
 * but only once such a packet is complete, whose length means nothing.
 */
const isPacketStart = Uint8Array.from({ length: 256 }, (_, byte) => {
  const [type, flags] = [byte >> 4, byte & 0x0f];
  if (type === 3) return (flags & 6) === 6 ? 0 : 1; // PUBLISH; there is no QoS 3
  const hasFlag = type === 6 || type === 8 || type === 10; // PUBREL, SUBSCRIBE, UNSUBSCRIBE
  return type > 0 && type < 15 && flags === (hasFlag ? 2 : 0) ? 1 : 0;
});

/**
 * Reads MQTT fixed headers from bytes that arrive in chunks of any size: a type byte, then the length of the packet's
 * body in one to four bytes of seven bits each, the lowest first, all but the last with the highest bit set.
 */
export class PacketHeader {
  /** Length in bytes of the body of the packet whose header was read last: 0 to 268,435,455. */
  bodyBytes = 0;
  /** Shift of the next length byte; -1 except within a header. */
  private shift = -1;

  /** True if the last chunk ended within a header, which `resume` then continues. */
  get isPartial(): boolean {
    return this.shift >= 0;
  }

  /**
   * Reads the header that begins at `chunk[start]`. Returns where it ends, which is the end of the chunk if it is partial;
   * -1 if its type or its flags are not those of MQTT, or its length has more than four bytes.
   */
  begin(chunk: Uint8Array, start: number): number {
    if (isPacketStart[chunk[start]!] === 0) return -1;
    this.shift = 0;
    this.bodyBytes = 0;
    return this.resume(chunk, start + 1);
  }

  /** Continues a partial header at `chunk[start]`. Returns the same as `begin`. */
  resume(chunk: Uint8Array, start: number): number {
    let at = start;
    while (at < chunk.length) {
      const byte = chunk[at++]!;
      this.bodyBytes |= (byte & 0x7f) << this.shift;
      if (byte < 0x80) {
        this.shift = -1;
        return at;
      }
      if (this.shift === 21) return -1;
      this.shift += 7;
    }
    return at;
  }
}
