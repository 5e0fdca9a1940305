/**
 * Packed payloads (gateway/decode/packed): messages that a sender has packed by gzip are unpacked before their format reads them,
 * where the route says so. What is unpacked is bounded before it is; which format reads it is decided in ../route-rules.ts.
 */
import { gunzipSync } from 'node:zlib';
import { isPacked, unpackedBytesMax, unpackedMax, unpackedRatioMax } from '../../../shared/bounds/packed.ts';
import { HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import type { Decoder } from '../../ports/decode.ts';

/** @throws HarbingerError DECODE_GZIP */
export function unpacked(payload: Buffer): Buffer {
  const maxOutputLength = unpackedBytesMax(payload);
  try {
    return gunzipSync(payload, { maxOutputLength });
  } catch (error) {
    const isTooLarge = error instanceof RangeError; // so Node says that there is more
    const problem = isTooLarge
      ? `unpacked, it has more than ${maxOutputLength} bytes: at most ${unpackedRatioMax} times its own length and ${unpackedMax} in all; send it in parts`
      : `it begins as gzip does and cannot be unpacked: ${messageOf(error)}`;
    throw new HarbingerError('DECODE_GZIP', 'decode', problem);
  }
}

/**
 * Unpacks messages that are packed, for a decoder; others are read as they are. None of them is read by its layout, because the
 * bytes of packed messages have none.
 */
export function unpacking(decoder: Decoder): Decoder {
  return {
    ...(decoder.namesMachines !== undefined && { namesMachines: decoder.namesMachines }),
    ...(decoder.status && { status: () => decoder.status!() }),
    ...(decoder.samples && { samples: () => decoder.samples!() }),
    ...(decoder.ofTopic && {
      ofTopic(topic, target) {
        const own = decoder.ofTopic!(topic, target);
        return { ...own, decoder: unpacking(own.decoder) };
      },
    }),
    decode: (payload, target, trace) =>
      decoder.decode(isPacked(payload) ? unpacked(payload) : payload, target, trace),
  };
}
