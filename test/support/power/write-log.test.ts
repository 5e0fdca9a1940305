import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../shared/runtime/random.ts';
import { flushedOf, Replay, readWrites } from './write-log.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-write-log-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const block = (fill: string) => Buffer.alloc(4_096, fill);

function header(at: number, blocks: number, flags: number): Buffer {
  const bytes = Buffer.alloc(512);
  for (const [index, value] of [8 * at, 8 * blocks, flags].entries())
    bytes.writeBigUInt64LE(BigInt(value), 8 * index);
  return bytes;
}

/** A log of: `a` to block 0, a flush, `b` to block 1, `c` and `c` to blocks 2 and 3, and a request that is cut off. */
function log(): string {
  const head = Buffer.alloc(512);
  head.writeBigUInt64LE(0x6a736677736872n);
  head.writeUInt32LE(512, 24);
  const requests = [header(0, 1, 0), block('a'), header(0, 0, 1), header(1, 1, 0), block('b')];
  const path = join(dir, 'log');
  const last = [header(2, 2, 0), block('c'), block('c'), header(7, 2, 0), block('x')];
  writeFileSync(path, Buffer.concat([head, ...requests, ...last]));
  return path;
}

function diskAfter(apply: (replay: Replay) => void): string {
  const disk = join(dir, 'disk');
  writeFileSync(disk, '');
  truncateSync(disk, 8 * 4_096);
  const replay = new Replay(join(dir, 'log'), disk);
  apply(replay);
  replay.close();
  const bytes = readFileSync(disk);
  return Array.from({ length: 8 }, (_, at) => String.fromCharCode(bytes[at * 4_096] || 46)).join('');
}

describe('a log of the writes to a disk', () => {
  it('has its requests in order, without one that was not logged whole', () => {
    const writes = readWrites(log());
    expect(writes.map(({ at, bytes, flush, end }) => [at, bytes, flush, end])).toEqual([
      [0, 4_096, false, 5_120],
      [0, 0, true, 5_632],
      [4_096, 4_096, false, 10_240],
      [8_192, 8_192, false, 18_944],
    ]);
  });

  it('says which writes a disk surely keeps: those before the last flush', () => {
    const writes = readWrites(log());
    expect([0, 1, 2, 3, 4].map((count) => flushedOf(writes, count))).toEqual([0, 0, 2, 2, 2]);
  });

  it('gives the disk again, whole, or with anything of what was not flushed', () => {
    const writes = readWrites(log());
    expect(diskAfter((replay) => replay.whole(writes))).toBe('abcc....');
    const kept = new Set<string>();
    for (let seed = 1; seed <= 200; seed++)
      kept.add(
        diskAfter((replay) => {
          replay.whole(writes.slice(0, 2));
          replay.torn(writes.slice(2), seededRandom(seed));
        }),
      );
    expect([...kept].sort()).toEqual(
      ['a.......', 'ab......', 'a.c.....', 'a.cc....', 'abc.....', 'abcc....'].sort(),
    );
  });

  it('is refused if it is something else', () => {
    writeFileSync(join(dir, 'log'), Buffer.alloc(1_024));
    expect(() => readWrites(join(dir, 'log'))).toThrow(/has no log of writes/);
  });
});
