import type { BatchBlock } from '../../shared/contract/batch.ts';

/** The blocks of a batch that have not been stored before. */
export interface Fresh {
  blocks: BatchBlock[];
  /** Decoded bytes of the blocks before them. */
  skippedBytes: number;
  /** Whether these are all blocks of the batch. */
  whole: boolean;
}

/**
 * The blocks from the first one on that is not stored; null if there is none. Blocks are stored in the order of their
 * sequence numbers, so stored ones are at the front.
 */
export function freshBlocks(blocks: readonly BatchBlock[], isStored: (seq: number) => boolean): Fresh | null {
  let known = 0;
  let skippedBytes = 0;
  while (known < blocks.length && isStored(blocks[known]!.seq)) skippedBytes += blocks[known++]!.bytes;
  if (known === blocks.length) return null;
  return { blocks: blocks.slice(known), skippedBytes, whole: known === 0 };
}
