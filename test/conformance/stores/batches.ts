import { gzipSync } from 'node:zlib';
import type { RetentionRules } from '../../../cloud/ports/retention/store-retention.ts';
import type { StoreBatch } from '../../../cloud/ports/store.ts';

export interface BatchParts {
  blocks: string[][];
  firstSeq?: number;
  gateway?: string;
  journal?: string;
  gzip?: boolean;
}

/**
 * A batch of blocks, each given as its lines. It is gzipped block by block, as gateways send it, unless told otherwise.
 */
export function batchOf(parts: BatchParts): StoreBatch {
  const texts = parts.blocks.map((lines) => Buffer.from(lines.map((line) => `${line}\n`).join('')));
  const gzipped = parts.gzip === false ? null : Buffer.concat(texts.map((text) => gzipSync(text)));
  return {
    gateway: parts.gateway ?? 'gw1',
    journal: parts.journal ?? '00112233445566ff',
    lane: 'readings',
    blocks: texts.map((text, i) => ({
      seq: (parts.firstSeq ?? 1) + i,
      lines: parts.blocks[i]!.length,
      bytes: text.length,
    })),
    raw: Buffer.concat(texts),
    gzipped,
  };
}

/** 2023-11-14T22:13:20Z. */
export const epochMs = 1_700_000_000_000;

/** A reading `i` s after the epoch. */
export function pumpLine(i: number, fields = `rpm=${1000 + i}`, machine = 'm1'): string {
  return `pump,gateway=gw1,machine=${machine},site=plant ${fields} ${epochMs + i * 1000}000000`;
}

export function pumpLines(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => pumpLine(from + i));
}

/** The block `seq` that embedded-writer.ts stores: 200 readings, and from time to time a new field. */
export function writerBatch(seq: number): StoreBatch {
  const lines = Array.from({ length: 200 }, (_, i) =>
    pumpLine(seq * 200 + i, `a=${i},b=${seq}`, `m${i % 7}`),
  );
  if (seq % 16 === 0) lines[0] = pumpLine(seq * 200, `late${seq}=1`);
  return batchOf({ blocks: [lines], firstSeq: seq, gzip: false });
}

/** The retention that embedded-writer.ts has after batch `seq`: means of minutes after 30 batches, nothing after 60. */
export function writerRetention(seq: number): { rules: RetentionRules; realMs: number } {
  const batchMs = 200_000;
  const rule = { keepMs: 60 * batchMs, thin: { afterMs: 30 * batchMs, widthMs: 60_000 } };
  return { rules: { ruleOf: () => rule, bound: null }, realMs: epochMs + (seq + 1) * batchMs };
}
