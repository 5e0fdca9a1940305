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

describe('what a person has changed', () => {
  const m0 = { site: 's', machine: 'm0', type: rig };

  it('is on disk at once, also if no row was learnt since, or while rows of before a restart are read', async () => {
    const made = await bench(someBatches({ batches: 60 }));
    const first = await made.start();
    first.take(0, 60);
    await saved(made, () => first.baselines.stats().saves);
    const expected = first.learnt('m0');
    first.windows.relearn('s', 'm0', { by: 'maria', note: 'new seal', what: 'everything' });
    expect(first.learnt('m0')).not.toEqual(expected);
    expect(await first.baselines.saveNow('s/m0')).toBe(true);
    const relearnt = first.learnt('m0');
    const second = await made.start(); // as after kill -9
    second.take(0, 60, true);
    expect(second.learnt('m0')).toEqual(relearnt);
    // Its rows are those of before: it has not sent since.
    const baseline = second.windows.baselineOf(m0)!;
    const learnt = await uninterrupted(someBatches({ batches: 60 }));
    const donor = await bench(someBatches({ batches: 60 }));
    const other = await donor.start();
    other.take(0, 60);
    baseline.restore(other.windows.baselineOf(m0)!.save(['a', 'b', 'c']), ['a', 'b', 'c']);
    expect(await second.baselines.saveNow('s/m0')).toBe(true);
    const third = await made.start();
    third.take(0, 60, true);
    expect(third.learnt('m0')).toEqual(learnt);
  });

  it('is safe from a power cut before it is confirmed: the folder is synced after the file', async () => {
    const made = await bench(someBatches());
    const real = baselineFiles(made.dir);
    const done: string[] = [];
    let isBroken = false;
    const files: BaselineFiles = {
      ...real,
      async replace(name, bytes) {
        done.push('replace');
        await real.replace(name, bytes);
      },
      async sync() {
        done.push('sync');
        if (isBroken) throw new Error('input/output error');
        await real.sync();
      },
    };
    const run = await made.start({ files });
    run.take(0, 20);
    expect(await run.baselines.saveNow('s/m0')).toBe(true);
    expect(done).toEqual(['replace', 'sync']);
    isBroken = true;
    expect(await run.baselines.saveNow('s/m0')).toBe(false);
    isBroken = false;
    expect(await run.baselines.saveNow('s/m0')).toBe(true);
  });

  it('is reported as unsaved if the disk is full, and is written later', async () => {
    const made = await bench(someBatches());
    const real = baselineFiles(made.dir);
    let isFull = true;
    const replace: BaselineFiles['replace'] = async (name, bytes) => {
      if (isFull) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      await real.replace(name, bytes);
    };
    const run = await made.start({ files: { ...real, replace } });
    run.take(0, 20);
    expect(await run.baselines.saveNow('s/m0')).toBe(false);
    isFull = false;
    await saved(made, () => run.baselines.stats().saves);
    const second = await made.start();
    second.take(0, 20, true);
    expect(second.learnt('m0')).toEqual(run.learnt('m0'));
  });

  it('is written after the file that is being written, never at the same time', async () => {
    const made = await bench(someBatches());
    const real = baselineFiles(made.dir);
    let [writing, most] = [0, 0];
    const replace: BaselineFiles['replace'] = async (name, bytes) => {
      most = Math.max(most, ++writing);
      await real.replace(name, bytes);
      writing--;
    };
    const run = await made.start({ files: { ...real, replace } });
    run.take(0, 20);
    await made.clock.advance(59_999);
    const saves = Promise.all(['s/m0', 's/m0', 's/m0'].map((key) => run.baselines.saveNow(key)));
    await made.clock.advance(1);
    expect(await saves).toEqual([true, true, true]);
    expect(most).toBe(1);
  });
});
