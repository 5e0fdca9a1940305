/**
 * Both threads. A slab: messages packed into one buffer, so that many cross from the main thread to the data thread at
 * once. Both threads see its memory: a buffer that is handed over would be counted by each one's garbage collector as a
 * new one.
 *
 *     per message   f64 receivedMs · u32 topic · u32 client · u32 topic length · u32 client length · u32 payload length
 *                   u32 flags (1: resend, above it: gap) · topic · client · gap · payload, the next message 8-aligned
 *
 * The gap of 0 … 7 bytes keeps the alignment that the payload has in its source buffer: otherwise a copy into shared
 * memory is made byte by byte.
 *
 * Topics and clients travel as numbers: a text goes along only with a number's first use, since the same few come again
 * and again. Slabs must be read in the order in which they were filled. A slab lives in memory only; both sides are of
 * one build and one machine.
 */

/** Bytes before the topic of a message. */
export const headBytes = 32;
/** Stands in place of a length where the reader knows the number already. */
export const knownName = 0xffff_ffff;

/** Shared by the threads, or handed over from one to the other. */
export type SlabMemory = SharedArrayBuffer | ArrayBuffer;

/** Announces a slab to the data thread. */
export interface SlabNote {
  id: number;
  /** How many bytes of the memory are filled. */
  bytes: number;
  /** The number of a memory that both threads keep and use again; null for one that is used once. */
  slot: number | null;
  /** The memory itself, with the first use of a slot and where it is used once; else null. */
  memory: SlabMemory | null;
}
