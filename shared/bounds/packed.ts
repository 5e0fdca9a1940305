/**
 * Bytes of a message when it is unpacked: no more than the largest plain packet has by default, so that reading it costs no
 * more than reading that.
 */
export const unpackedMax = 256 << 10;
/** A message that grows more than this is made to exhaust whoever unpacks it: readings grow ten- to fiftyfold. */
export const unpackedRatioMax = 200;
/** However short it is, a message may have so many bytes. */
const freeBytes = 4_096;

/** The two bytes with which gzip begins; no text does, and no item of CBOR. */
export function isPacked(payload: Uint8Array): boolean {
  return payload[0] === 0x1f && payload[1] === 0x8b;
}

/** Bytes that a packed message can have when it is unpacked, as far as its length tells. */
export function unpackedBytesMax({ length }: Uint8Array): number {
  return Math.min(unpackedMax, freeBytes + length * unpackedRatioMax);
}

/** Bytes that a message may take of those that wait: what is not unpacked yet counts as what it can become. */
export function waitingBytes(payload: Uint8Array): number {
  return isPacked(payload) ? Math.max(payload.length, unpackedBytesMax(payload)) : payload.length;
}
