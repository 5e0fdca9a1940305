/** The local parts of the latest blocks, which are read after a restart. */
import { beforeEach, describe, expect, test } from 'vitest';
import { blockOf, filledBlockBytes, JournalBench } from './support.testing.ts';

let bench: JournalBench;
beforeEach(async () => {
  bench = new JournalBench();
  await bench.open();
});

async function locals(bytesMin: number): Promise<string[]> {
  const found: string[] = [];
  for await (const local of bench.set.locals('readings', bytesMin)) found.push(local.toString());
  return found;
}
const names = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `local b${from + i}`);

describe('the local parts of the latest blocks', () => {
  test.each([10, 10_000, 60_000])('are found whatever the size of bodies: %i bytes', async (bodyBytes) => {
    for (let i = 1; i <= 40; i++) await bench.readings.append(blockOf(`b${i}`, bodyBytes));
    const all = await locals(1 << 20);
    expect(all.slice(-10)).toEqual(names(31, 40));
    const { firstSeq } = bench.readings.stats();
    expect(all).toEqual(names(firstSeq, 40));
    await bench.reopen();
    expect(await locals(1 << 20)).toEqual(all);
    // As few segments as hold that many bytes are read.
    const last = await locals(1);
    expect(last).toEqual(all.slice(-last.length));
    expect(last.length).toBeLessThanOrEqual(all.length);
  });

  test('are read without the bodies of segments that were written to their end', async () => {
    bench.limits.bytesMax = 16 << 20;
    await bench.reopen();
    for (let i = 1; i <= 100; i++) await bench.readings.append(blockOf(`b${i}`, 50_000));
    await bench.reopen();
    await bench.readings.append(blockOf('b101'));
    let bytes = 0;
    bench.disk.onOperation = (operation, _, { from, to }) => {
      if (operation === 'read') bytes += to - from;
    };
    expect(await locals(1 << 20)).toEqual(names(1, 101));
    expect(bytes).toBeLessThan(0.4 * bench.readings.stats().bytes);
    expect((await locals(1)).length).toBeLessThan(30);
  });

  test('of a group that a power cut has torn are those of whole blocks, also after later restarts', async () => {
    await bench.fill(3);
    bench.disk.kill();
    bench.disk.change(bench.segments()[0]!, (bytes) => {
      bytes.write('torn', 56 + 48 + filledBlockBytes + 'local b1'.length + 48 + 5_000);
      return bytes;
    });
    await bench.open();
    expect(await locals(1 << 20)).toEqual(['local b1', 'local b3']);
    await bench.readings.append(blockOf('b4'));
    await bench.reopen();
    await bench.readings.append(blockOf('b5'));
    expect(await locals(1 << 20)).toEqual(['local b1', 'local b3', 'local b4', 'local b5']);
  });

  test('behind a damaged header are found', async () => {
    await bench.fill(8);
    await bench.reopen();
    bench.disk.change(bench.segments()[0]!, (bytes) => {
      bytes.write('damaged', 56 + 48 + filledBlockBytes + 'local b1'.length);
      return bytes;
    });
    expect(await locals(1 << 20)).toEqual(['local b1', ...names(3, 8)]);
  });
});
