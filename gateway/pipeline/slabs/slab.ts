/**
 * Slabs (gateway/pipeline/slabs): how messages cross from the main thread to the data thread. slab-queue.ts and
 * slab-writer.ts run in the main thread, slab-reader.ts in the data thread. Nothing here looks into payloads.
 *
 * A slab consists of messages packed into one buffer, so that many cross from the main thread to the data
 * thread at once. Both threads share its memory, because each one's garbage collector would count a transferred buffer
 * as a new one.
 *
 *     per message   f64 receivedMs · u32 topic · u32 sender · u32 topic length · u32 sender length · u32 payload length
 *                   u32 flags (1: resend, 2: retained, 4: retained again, 6: readings, above: gap) · topic · sender · gap · payload, the next message 8-aligned
 *
 * The gap of 0 … 7 bytes preserves the alignment of the payload in its source buffer: otherwise a copy into shared
 * memory is done byte by byte.
 *
 * A sender is a user with a client on one connection. Topics and senders are sent as numbers; the text is included only
 * with a number's first use, because the same few recur. The numbering restarts when there are too many, but only at the
 * beginning of a slab. Slabs must be read in the order in which they were filled, and each may be read again before the
 * next. A slab exists in memory only, and both sides belong to the same build and machine.
 */

/** Bytes before the topic of a message. */
export const headBytes = 32;
/** Replaces a length if the reader already knows the number. */
export const knownName = 0xffff_ffff;

/** Shared by the threads, or transferred from one to the other. */
export type SlabMemory = SharedArrayBuffer | ArrayBuffer;

/** Announces a slab to the data thread. */
export interface SlabNote {
  id: number;
  /** Number of bytes of the memory that are filled. */
  bytes: number;
  /** The number of a memory that both threads reuse; null for one that is used once. */
  slot: number | null;
  /** The memory itself, with the first use of a slot or if it is used once; else null. */
  memory: SlabMemory | null;
}
