import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ManualClock, manualClock } from '../../shared/runtime/manual-clock.ts';
import type { Block } from '../ports/journal.ts';
import { EstimatesBuffer } from './estimates-buffer.ts';

describe('the buffer of estimate lines', () => {
  let clock: ManualClock;
  let blocks: string[][];
  let errors: unknown[];
  let append: () => Promise<void>;
  let buffer: EstimatesBuffer;

  beforeEach(() => {
    clock = manualClock(0);
    blocks = [];
    errors = [];
    append = async () => {};
    buffer = new EstimatesBuffer(
      clock,
      async ({ body, codec, lines: count }: Omit<Block, 'seq'>) => {
        await append();
        const text = (codec === 'gzip' ? gunzipSync(body) : body).toString();
        const written = text.trimEnd().split('\n');
        expect(written).toHaveLength(count);
        blocks.push(written);
      },
      (error) => errors.push(error),
    );
  });

  const lines = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `line ${from + i}`);

  it('gathers lines for a quarter of a second', async () => {
    buffer.add(['a']);
    await clock.advance(249);
    buffer.add(['b', 'c']);
    expect(blocks).toEqual([]);
    await clock.advance(1);
    await buffer.flush();
    expect(blocks).toEqual([['a', 'b', 'c']]);
    buffer.add(['d']);
    await clock.advance(250);
    await buffer.flush();
    expect(blocks).toEqual([['a', 'b', 'c'], ['d']]);
  });

  it('writes at most 2,000 lines in a block', async () => {
    buffer.add(lines(4_001));
    await buffer.flush();
    expect(blocks.map(({ length }) => length)).toEqual([2_000, 2_000, 1]);
    expect(blocks.flat()).toEqual(lines(4_001));
    expect(buffer.dropped).toBe(0);
  });

  it('keeps the newest 20,000 lines while the disk does not answer, and counts the others', async () => {
    let release = () => {};
    append = () => new Promise((resolve) => (release = resolve));
    buffer.add(['under way']);
    const flushed = buffer.flush();
    await Promise.resolve();
    buffer.add(lines(20_000));
    expect(buffer.dropped).toBe(0);
    buffer.add(lines(30, 20_000));
    expect(buffer.dropped).toBe(30);
    append = async () => {};
    release();
    await flushed;
    await buffer.flush();
    expect(blocks.flat()).toEqual(['under way', ...lines(20_000, 30)]);
    expect(errors).toEqual([]);
  });

  it('bounds a single addition too', async () => {
    buffer.add(lines(20_007));
    expect(buffer.dropped).toBe(7);
    await buffer.flush();
    expect(blocks.flat()).toEqual(lines(20_000, 7));
  });

  it('counts the lines of a block that could not be written, reports the error, and goes on with the next', async () => {
    const failure = new Error('no space left on device');
    let attempts = 0;
    append = async () => {
      attempts++;
      if (attempts === 1) throw failure;
    };
    buffer.add(lines(2_500));
    await buffer.flush();
    expect(errors).toEqual([failure]);
    expect(buffer.dropped).toBe(2_000);
    expect(blocks).toEqual([lines(500, 2_000)]);
    buffer.add(['later']);
    await buffer.flush();
    expect(blocks.at(-1)).toEqual(['later']);
    expect(buffer.dropped).toBe(2_000);
  });
});
