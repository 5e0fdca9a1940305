import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Lines } from './lines.ts';

const options = { delimiter: '\r\n', lineBytesMax: 10, discardFirst: false };

function run(text: string, cuts: number[], overrides: Partial<typeof options> = {}) {
  const lines = new Lines({ ...options, ...overrides });
  const bytes = Buffer.from(text, 'latin1');
  const found: string[] = [];
  let from = 0;
  for (const to of [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    for (const line of lines.push(bytes.subarray(from, to)))
      found.push(`${line.truncated ? '!' : ''}${line.bytes.toString('latin1')}`);
    from = to;
  }
  return found;
}

describe('lines', () => {
  it('are split at the delimiter; empty ones are omitted; the unfinished one waits', () => {
    expect(run('a\r\n\r\nbc\r\nrest', [])).toEqual(['a', 'bc']);
  });

  it('that are too long are returned truncated, once, and the next one is whole', () => {
    expect(run(`${'x'.repeat(1_000)}\r\nok\r\n`, [3, 50, 999])).toEqual([`!${'x'.repeat(10)}`, 'ok']);
    expect(run('0123456789\r\n', [])).toEqual(['0123456789']);
  });

  it('do not begin in the middle', () => {
    expect(run('3.5\r\n23.5\r\n', [], { discardFirst: true })).toEqual(['23.5']);
    expect(run(`${'x'.repeat(99)}\r\n1\r\n`, [5, 60], { discardFirst: true })).toEqual(['1']);
  });

  it('are the same however the bytes are split', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', '\r', '\n', '\r\n', 'xxxxxxxx'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat(200)), fc.boolean(), (bytes, cuts, discardFirst) => {
        expect(run(bytes, cuts, { discardFirst })).toEqual(run(bytes, [], { discardFirst }));
      }),
      { numRuns: 2_000 },
    );
  });

  it('buffer no more than a line and a delimiter', () => {
    const lines = new Lines(options);
    for (let i = 0; i < 1_000; i++) lines.push(Buffer.alloc(1_000, 120));
    expect((lines as unknown as { held: Buffer }).held.length).toBeLessThanOrEqual(11);
  });
});
