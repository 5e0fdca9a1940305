import { gunzipSync, gzipSync } from 'node:zlib';
import { type Batch, type BatchHeader, batchLimits } from '../../shared/contract/batch.ts';
import type { Lane } from '../../shared/contract/lanes.ts';
import type { Block } from '../ports/journal.ts';

/** Blocks below this are packed together anew: a short gzip member compresses badly. */
const repackBelowBytes = 8 << 10;
/** Small blocks mean that there is little to do, so the link's bytes count for more than CPU. */
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
 * The longest run of consecutive blocks from the front of `blocks` that fits one batch. Large gzipped blocks go as they
 * are (gzip members may simply follow each other); small ones are decoded and compressed together.
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
 * What the cloud knows a journal's blocks by: its id, the last digits mixed with the run that wrote them. Where a copy of
 * the journal was put back, seqs are used a second time, by another run: to the cloud they are another journal's.
 */
export function journalName(id: string, run = 0): string {
  const mixed = Number.parseInt(id.slice(-runDigits), 16) ^ run;
  return id.slice(0, -runDigits) + mixed.toString(16).padStart(runDigits, '0');
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
