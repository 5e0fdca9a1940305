import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { type BaselineFiles, baselineFiles } from './files.ts';
import { SavedBaselines } from './saved-baselines.ts';
import { bench, patience, rig, saved, someBatches, uninterrupted } from './saved-bench.testing.ts';

it('a gateway that failed to start changes nothing', async () => {
  const made = await bench(someBatches());
  const first = await made.start();
  first.take(0, 20);
  await first.baselines.stop();
  const [name] = await readdir(made.dir);
  await writeFile(join(made.dir, name!), 'damaged');
  const { clock, dir, log } = made;
  const options = {
    files: baselineFiles(dir),
    types: new Map([['rig', rig]]),
    machinesMax: 9,
    saveMs: 1_000,
  };
  const tried = new SavedBaselines({ ...options, clock, log });
  await tried.start();
  await clock.advance(100_000);
  await tried.stop();
  expect(tried.stats().damagedFiles).toBe(1);
  expect(await readdir(dir)).toEqual([name]);
  expect(await readFile(join(dir, name!), 'utf8')).toBe('damaged');
});

describe('writing', () => {
  it('a full disk leaves the old file, is logged, and is retried', async () => {
    const made = await bench(someBatches());
    const real = baselineFiles(made.dir);
    let isFull = false;
    const files: BaselineFiles = {
      ...real,
      async replace(name, bytes) {
        if (!isFull) return await real.replace(name, bytes);
        await writeFile(join(made.dir, `${name}.tmp`), bytes.subarray(0, 100));
        throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      },
    };
    const first = await made.start({ files });
    first.take(0, 20);
    await saved(made, () => first.baselines.stats().saves);
    isFull = true;
    first.take(20, 30);
    await saved(made, () => first.baselines.stats().saveFailures);
    await saved(made, () => first.baselines.stats().saveFailures);
    expect(made.said.map(({ code }) => code)).toContain('NORMALS_UNWRITABLE');
    expect(first.baselines.stats().oldestMs).toBeGreaterThan(0);
    const second = await made.start();
    second.take(0, 60, true);
    expect(second.learnt('m0')).toEqual(await uninterrupted(someBatches()));
    isFull = false;
    await saved(made, () => first.baselines.stats().saves);
    expect(first.baselines.stats().oldestMs).toBe(0);
  });

  it('is spread over time: a few machines at once, and only those that have learnt', async () => {
    const journal = [...someBatches({ machines: 100, batches: 2 }), ...someBatches({ batches: 30 })];
    const made = await bench(journal);
    const sizes: number[] = [];
    const real = baselineFiles(made.dir);
    const files: BaselineFiles = {
      ...real,
      replace(name, bytes) {
        sizes.push(bytes.length);
        return real.replace(name, bytes);
      },
    };
    const run = await made.start({ files });
    run.take(0, 2);
    await vi.waitFor(async () => {
      await made.clock.advance(1_000);
      expect(run.baselines.stats().oldestMs).toBe(0);
    }, patience);
    expect(sizes).toHaveLength(4);
    expect(Math.max(...sizes)).toBeLessThan(32 * 6_000);
    await made.clock.advance(600_000);
    expect(sizes).toHaveLength(4);
    run.take(2, 20);
    await saved(made, () => sizes.length);
    await made.clock.advance(600_000);
    expect(sizes).toHaveLength(5);
  });

  it('is bounded: a machine that no longer sends is evicted', async () => {
    const made = await bench(someBatches({ machines: 50, batches: 3 }));
    const first = await made.start();
    first.take(0, 3);
    await first.baselines.stop();
    const second = await made.start({ machinesMax: 20 });
    expect(second.baselines.stats().absent).toBe(20);
    second.take(0, 3, true);
    await second.baselines.stop();
    const third = await made.start();
    expect(third.baselines.stats().absent).toBe(20);
  });
});
