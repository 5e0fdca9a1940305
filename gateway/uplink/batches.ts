import { gunzipSync, gzipSync } from 'node:zlib';
import { type Batch, type BatchHeader, batchLimits } from '../../shared/contract/batch.ts';
import type { Lane } from '../../shared/contract/lanes.ts';
import type { Block } from '../ports/journal.ts';

/** Smaller blocks are recompressed together, because a short gzip member compresses badly. */
const repackBelowBytes = 8 << 10;
/** Small blocks occur at low load, when the link's bytes count for more than CPU. */
const repackLevel = 7;

export interface BatchOrigin {
  gateway: string;
  /** Its id. */
  journal: string;
  lane: Lane;
  /** The last block that was sent before on this connection. */
  after?: number;
}

/**
 * Takes the longest run of consecutive blocks from the front of `blocks` that fits one batch. Large gzipped blocks are
 * sent unchanged (gzip members may be concatenated); small ones are decoded and compressed together.
 */
export function takeBatch(
  origin: BatchOrigin,
  blocks: readonly Block[],
  bodyBytesMax: number,
): { batch: Batch; taken: number } {
  const run: Block[] = [];
  let bodyBytes = 0;
  let rawBytes = 0;
  for (const block of blocks) {
    const before = run.at(-1);
    const follows = !before || (block.seq === before.seq + 1 && block.run === before.run);
    const full =
      run.length > 0 &&
      (bodyBytes + block.body.length > bodyBytesMax ||
        rawBytes + block.rawBytes > batchLimits.rawBytesMax / 2 ||
        run.length >= batchLimits.blocksMax / 4);
    if (!follows || full) break;
    run.push(block);
    bodyBytes += block.body.length;
    rawBytes += block.rawBytes;
  }
  const { codec, body } = packed(run, bodyBytes);
  const header: BatchHeader = {
    ...origin,
    journal: journalName(origin.journal, run[0]!.run),
    codec,
    rawBytes,
    blocks: run.map(({ seq, lines, rawBytes: bytes }) => ({
      seq,
      lines,
      bytes,
    })),
  };
  return { batch: { header, body }, taken: run.length };
}

const runDigits = 6;

/**
 * The id by which the cloud identifies a journal's blocks: the journal's id, with its last digits mixed with the run
 * that wrote the blocks. A restored copy of a journal reuses seqs in another run, and so counts as another journal.
 */
export function journalName(id: string, run = 0): string {
  const mixed = Number.parseInt(id.slice(-runDigits), 16) ^ run;
  return id.slice(0, -runDigits) + mixed.toString(16).padStart(runDigits, '0');
}

/** Returns true if the name is that of this journal, in any of its runs. */
export function isNameOf(id: string, name: string): boolean {
  return name.slice(0, -runDigits) === id.slice(0, -runDigits);
}

function packed(run: readonly Block[], bodyBytes: number): { codec: BatchHeader['codec']; body: Buffer } {
  const only = run[0]!;
  if (run.length === 1) return { codec: only.codec, body: only.body };
  const members = run.every((block) => block.codec === 'gzip');
  if (members && bodyBytes / run.length >= repackBelowBytes) {
    return {
      codec: 'gzip',
      body: Buffer.concat(run.map((block) => block.body)),
    };
  }
  const raw = Buffer.concat(
    run.map((block) => (block.codec === 'gzip' ? gunzipSync(block.body) : block.body)),
  );
  return { codec: 'gzip', body: gzipSync(raw, { level: repackLevel }) };
}
