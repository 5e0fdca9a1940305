import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeBatch, decodeBody, encodeBatch } from '../../shared/contract/batch.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import type { Block } from '../ports/journal.ts';
import { takeBatch } from './batches.ts';

const origin = { gateway: 'gw', journal: '0123456789abcdef', lane: 'readings' } as const;

function block(seq: number, text: string, zipped: boolean): Block {
  const raw = Buffer.from(text);
  const body = zipped ? gzipSync(raw) : raw;
  return {
    seq,
    codec: zipped ? 'gzip' : 'identity',
    lines: 1,
    rawBytes: raw.length,
    body,
    local: Buffer.alloc(0),
  };
}

const arbitraryBlocks = fc
  .array(
    fc.record({
      text: fc.string({ minLength: 1, maxLength: 40_000 }),
      zipped: fc.boolean(),
      gap: fc.boolean(),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((items) => {
    let seq = 0;
    return items.map(({ text, zipped, gap }) => {
      seq += gap ? 2 : 1;
      return block(seq, text, zipped);
    });
  });

it('any blocks, grouped into batches, sent and decoded, yield the same text with the same seqs', () => {
  fc.assert(
    fc.property(arbitraryBlocks, fc.integer({ min: 1_024, max: 100_000 }), (blocks, bodyBytesMax) => {
      const texts = new Map<number, string>();
      for (let rest: Block[] = blocks; rest.length > 0; ) {
        const { batch, taken } = takeBatch(origin, rest, bodyBytesMax);
        rest = rest.slice(taken);
        const received = decodeBatch(encodeBatch(batch));
        const raw = decodeBody(received);
        let at = 0;
        for (const { seq, bytes } of received.header.blocks) {
          texts.set(seq, raw.toString('utf8', at, at + bytes));
          at += bytes;
        }
      }
      const decoded = blocks.map(({ seq }) => texts.get(seq));
      const expected = blocks.map(({ codec, body }) => (codec === 'identity' ? body.toString() : null));
      expect(texts.size).toBe(blocks.length);
      for (const [i, text] of expected.entries()) if (text !== null) expect(decoded[i]).toBe(text);
    }),
    { numRuns: 60 },
  );
});

it('sends large gzipped blocks unchanged', () => {
  const noise = (seed: number) => {
    const random = seededRandom(seed);
    return Array.from({ length: 4_000 }, () => random.next()).join('');
  };
  const blocks = [block(1, noise(3), true), block(2, noise(7), true)];
  const { batch } = takeBatch(origin, blocks, 1 << 20);
  expect(batch.body).toEqual(Buffer.concat(blocks.map(({ body }) => body)));
  expect(decodeBody(batch).toString()).toBe(noise(3) + noise(7));
});

it('names the journal by the run that wrote the blocks, and never mixes two', () => {
  const blocks = [1, 1, 2, 2].map((run, i) => ({ ...block(i + 1, 'a\n', false), run }));
  const first = takeBatch(origin, blocks, 1 << 20);
  const second = takeBatch(origin, blocks.slice(2), 1 << 20);
  const old = takeBatch(origin, [block(1, 'a\n', false)], 1 << 20);
  expect([first.taken, second.taken]).toEqual([2, 2]);
  const names = [first, second, old].map(({ batch }) => batch.header.journal);
  expect(names).toEqual(['0123456789abcdee', '0123456789abcded', origin.journal]);
  expect(decodeBatch(encodeBatch(first.batch)).header.journal).toBe(names[0]);
});

it('refuses a frame with any byte changed', () => {
  const { batch } = takeBatch(origin, [block(1, 'pump,gateway=gw,machine=m,site=s a=1 1\n', false)], 1_024);
  const frame = encodeBatch(batch);
  for (let at = 0; at < frame.length; at++) {
    const bad = Buffer.from(frame);
    bad[at]! ^= 0x40;
    expect(() => decodeBatch(bad)).toThrow(/\S/);
  }
});
