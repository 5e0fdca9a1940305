/** Reads a stopped gateway's journal block by block, so that the effect of damage done on purpose is known exactly. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  blockHeaderBytes,
  blockMagic,
  checksumSeed,
  decodeBlock,
  decodeBlockHeader,
  decodeSegmentHeader,
  parseSegmentName,
  segmentHeaderBytes,
} from '../../../../gateway/journal/segments/format.ts';
import type { Block } from '../../../../gateway/ports/journal.ts';
import type { Lane } from '../../../../shared/contract/lanes.ts';
import { linesOf } from '../../../../shared/contract/line-protocol.ts';

export interface FoundBlock {
  at: number;
  end: number;
  block: Block;
}

export interface FoundSegment {
  path: string;
  firstSeq: number;
  seed: number;
  bytes: Buffer;
  blocks: FoundBlock[];
  /** Offset at which the last good block ends. */
  goodEnd: number;
}

/** Segments, the oldest first. Segments with a damaged header are left out. */
export function readSegments(journalDir: string, lane: Lane): FoundSegment[] {
  const dir = join(journalDir, lane);
  const names = readdirSync(dir).filter((name) => parseSegmentName(name) !== null);
  return names.sort().flatMap((name) => readSegment(join(dir, name)) ?? []);
}

function readSegment(path: string): FoundSegment | null {
  const bytes = readFileSync(path);
  const header = decodeSegmentHeader(bytes);
  if (!header) return null;
  const { firstSeq, journalId } = header;
  const seed = checksumSeed(journalId);
  const blocks: FoundBlock[] = [];
  let at = segmentHeaderBytes;
  while (at + blockHeaderBytes <= bytes.length) {
    const found = decodeBlockHeader(bytes, at, seed);
    const end = found ? at + found.bytes : bytes.length + 1;
    const block = found && end <= bytes.length ? decodeBlock(bytes, at, found, seed) : null;
    if (block) {
      blocks.push({ at, end, block });
      at = end;
    } else {
      const next = bytes.indexOf(blockMagic, at + 1);
      if (next < 0) break;
      at = next;
    }
  }
  return { path, firstSeq, seed, bytes, blocks, goodEnd: blocks.at(-1)?.end ?? segmentHeaderBytes };
}

/** `machine#running number` of each reading in a block, of the load and of faults. */
export function allReadingsIn(block: Block): string[] {
  return [...readingsIn(block), ...namesIn(block, /,machine=([^,]+),.*[ ,]kept=(\d+)/)];
}

/** `machine#running number` of each of the load's readings in a block. */
export function readingsIn(block: Block): string[] {
  return namesIn(block, /,machine=([^,]+),.*[ ,]cycles=(\d+)/);
}

function namesIn(block: Block, pattern: RegExp): string[] {
  const text = (block.codec === 'gzip' ? gunzipSync(block.body) : block.body).toString('latin1');
  return [...linesOf(text)].flatMap((line) => {
    const match = pattern.exec(line);
    return match ? [`${match[1]}#${match[2]}`] : [];
  });
}
