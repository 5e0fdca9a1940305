/**
 * Typed readings (gateway/decode/typed): what a source hands in as readings, not as bytes, in the binary form in which
 * it crosses to the data thread and lies in dead letters. write.ts runs in the main thread, the rest in the data thread.
 * Formats of bytes are in ../formats; from the decoder's output on there is one way for both.
 *
 *     readings   u8 form · count · reading …
 *     reading    site · machine · u8 with time (0, 1) · i64 ns since 1970, if with time · count · value …
 *     value      name · u8 kind + 16 · quality · content (f64, i64, u64, or text; none: nothing)
 *     text       the number of a text that came before, or 0 and a new one: length · UTF-8
 *
 * Counts, numbers and lengths are LEB128; the rest is little-endian. A dead letter may be read by a later version, and so
 * a change needs another number of the form, and the earlier ones are still read.
 */
import type { Quality } from '../../ports/source.ts';

export const formNumber = 1;

/** Kinds of values, by their numbers in the form. */
export const kinds = { none: 0, false: 1, true: 2, double: 3, int64: 4, uint64: 5, text: 6 } as const;
/** Qualities, by their numbers in the form. */
export const qualities: readonly Quality[] = ['good', 'uncertain', 'bad'];
export const qualityShift = 4;

/** Bytes of a count, a number or a length at most: below 2^32. */
export const varintBytesMax = 5;
/** Longest text that is a value; longer ones are cut. */
export const textLengthMax = 4_096;
export const [int64Min, int64Max, uint64Max] = [-(2n ** 63n), 2n ** 63n - 1n, 2n ** 64n - 1n];
