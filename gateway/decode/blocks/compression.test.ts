import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { Compression } from './compression.ts';

/** A block each `everyMs`, of which compressing at level 5 takes `costMs`; returns the levels of the last ten. */
function levelsAt(compression: Rig, everyMs: number, costMs: number): number[] {
  const { clock, levels } = compression;
  compression.costMs = costMs;
  levels.length = 0;
  for (let block = 0; block < 200; block++) {
    const beginMs = clock.ms;
    compression.of.compress(Buffer.from('x'));
    clock.ms = beginMs + everyMs;
  }
  return levels.slice(-10);
}

type Rig = ReturnType<typeof rig>;

function rig() {
  const clock = { ms: 0, monotonicMs: () => clock.ms };
  const levels: number[] = [];
  const made = { clock, levels, costMs: 0, of: null as unknown as Compression };
  made.of = new Compression(clock, (raw, level) => {
    levels.push(level);
    clock.ms += level === 5 ? made.costMs : made.costMs / 2.2;
    return Buffer.from(raw);
  });
  return made;
}

const all = (level: number) => Array.from({ length: 10 }, () => level);

test('blocks are small while compressing takes little of the time, and made quickly while it takes much', () => {
  const blocks = rig();
  expect(levelsAt(blocks, 250, 5)).toEqual(all(5));
  expect(levelsAt(blocks, 10, 4)).toEqual(all(2));
  expect(levelsAt(blocks, 10, 0.5)).toEqual(all(5));
});

test('between the two it stays as it is', () => {
  const blocks = rig();
  expect(levelsAt(blocks, 10, 2.5)).toEqual(all(5));
  levelsAt(blocks, 10, 4);
  expect(levelsAt(blocks, 10, 2.5)).toEqual(all(2));
});

test('what is compressed is what was given', () => {
  const text = 'pump,site=a,machine=b x=1 1\n'.repeat(1_000);
  const body = new Compression({ monotonicMs: () => 0 }).compress(Buffer.from(text));
  expect(body.length).toBeLessThan(text.length / 10);
  expect(gunzipSync(body).toString()).toBe(text);
});
