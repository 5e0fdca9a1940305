import type { BatchBlock } from '../../shared/contract/batch.ts';

/** The blocks of a batch that have not been stored before. */
export interface Fresh {
  blocks: BatchBlock[];
  /** Decoded bytes of the blocks before them. */
  skippedBytes: number;
  /** Whether these are all blocks of the batch. */
  whole: boolean;
}

/** The blocks after `watermark`; null if there are none. Sequence numbers rise, so stored blocks are at the front. */
export function freshBlocks(blocks: readonly BatchBlock[], watermark: number): Fresh | null {
  let known = 0;
  let skippedBytes = 0;
  while (known < blocks.length && blocks[known]!.seq <= watermark) skippedBytes += blocks[known++]!.bytes;
  if (known === blocks.length) return null;
  return { blocks: blocks.slice(known), skippedBytes, whole: known === 0 };
}
