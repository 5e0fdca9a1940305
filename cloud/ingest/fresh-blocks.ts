import type { BatchBlock } from '../../shared/contract/batch.ts';

/** The blocks of a batch that have not been stored. */
export interface Fresh {
  blocks: BatchBlock[];
  /** Decoded bytes of the blocks before them. */
  skippedBytes: number;
  /** Nothing was skipped. */
  whole: boolean;
}

/** Blocks after `watermark`; null if there is none. Sequence numbers rise, so the known ones are at the front. */
export function freshBlocks(blocks: readonly BatchBlock[], watermark: number): Fresh | null {
  let known = 0;
  let skippedBytes = 0;
  while (known < blocks.length && blocks[known]!.seq <= watermark) skippedBytes += blocks[known++]!.bytes;
  if (known === blocks.length) return null;
  return { blocks: blocks.slice(known), skippedBytes, whole: known === 0 };
}
