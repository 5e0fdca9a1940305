import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { type BaselineFiles, baselineFiles } from './files.ts';
import { bench, open, type Reading, rig, saved, someBatches, uninterrupted } from './saved-bench.testing.ts';

const sameMs = () => someBatches().map((readings) => readings.map((reading) => ({ ...reading, timeMs: 5 })));
const clockGoesBack = () =>
  someBatches().map((readings, batch) =>
    // That the clock went back is believed once its readings have come for some time.
    readings.map((reading) => ({
      ...reading,
      timeMs: reading.timeMs - (batch >= 25 ? 10_000 : 0),
      ...(batch === 26 && { waitsMs: 10_000 }),
    })),
  );
const sparse = () => {
  const all = someBatches();
  return all.map((readings) => readings.map((one, i) => (i % 3 === 1 ? { ...one, values: { b: i } } : one)));
};

describe('baselines continue after kill -9', () => {
  it.each([
    ['whole readings', someBatches()],
    ['one sensor a message', someBatches({ split: true })],
    ['some sensors occasionally', sparse()],
    ['all in the same ms', sameMs()],
    ['a clock that goes back', clockGoesBack()],
    ['an open type', someBatches({ type: 'open' })],
  ])('exactly as without it, each row learnt once: %s', async (_, journal) => {
    const expected = await uninterrupted(journal);
    const made = await bench(journal);
    const first = await made.start();
    first.take(0, 30);
    await saved(made, () => first.baselines.stats().saves);
    first.take(30, 40); // learnt, but no longer written
    for (const tailFrom of [0, 10, 30]) {
      const second = await made.start();
      second.take(tailFrom, 40, true);
      expect(second.baselines.stats().restored).toBe(1);
      second.take(40, journal.length);
      expect(second.learnt('m0')).toEqual(expected);
    }
    expect(made.said).toEqual([]);
  });

  it('after an orderly stop nothing of the tail is learnt again', async () => {
    const journal = someBatches();
    const made = await bench(journal);
    const first = await made.start();
    first.take(0, 40);
    await first.baselines.stop();
    const second = await made.start();
    second.take(0, 40, true);
    expect(second.learnt('m0')).toEqual(first.learnt('m0'));
    second.take(40, 60);
    expect(second.learnt('m0')).toEqual(await uninterrupted(journal));
  });

  it('if the journal is a new one, all of its rows are new', async () => {
    const made = await bench(someBatches());
    const first = await made.start();
    first.take(0, 40);
    await first.baselines.stop();
    const second = await made.start({ journalId: 'another' });
    second.take(0, 10, true);
    expect(second.baselines.stats().restored).toBe(1);
    expect(second.learnt('m0')).not.toEqual(first.learnt('m0'));
  });

  it('on an open type whose sensors appear in another order', async () => {
    const reordered = ({ values: { a, b, c }, ...rest }: Reading) => ({
      ...rest,
      values: { c: c!, a: a!, b: b! },
    });
    const journal = someBatches({ type: 'open' });
    const expected = await uninterrupted(journal);
    const made = await bench([
      ...journal.slice(0, 40),
      ...journal.slice(40).map((all) => all.map(reordered)),
    ]);
    const first = await made.start();
    first.take(0, 40);
    await first.baselines.stop();
    const second = await made.start();
    second.take(40, 60);
    expect(second.learnt('m0')).toEqual(expected);
  });

  it('on an open type that has another sensor now: what is known of the others stays', async () => {
    const journal = someBatches({ type: 'open', batches: 170 });
    const other = journal.map((all) => all.map((one) => ({ ...one, values: { ...one.values, d: 1 } })));
    const made = await bench([...journal.slice(0, 120), ...other.slice(120)]);
    const first = await made.start();
    first.take(0, 120);
    await first.baselines.stop();
    const second = await made.start();
    second.take(120, 160);
    expect(second.baselines.stats()).toMatchObject({ restored: 1, foreign: 0 });
    const rowsOf = (run: typeof first) => run.windows.baselineOf({ site: 's', machine: 'm0' })!.rows;
    expect(rowsOf(second)).toBeGreaterThan(rowsOf(first));
    await vi.waitFor(() => expect(made.told).toEqual([{ machine: 's/m0', began: 'd', kept: 'a, b, c' }]));
    // Relations of all sensors are learnt beside those that judge, and kept too.
    await second.baselines.stop();
    const third = await made.start();
    third.take(160, 170);
    expect(third.baselines.stats()).toMatchObject({ restored: 1, foreign: 0 });
    expect(made.said).toEqual([]);
  });

  it('but not of a machine that was replaced', async () => {
    const journal = someBatches();
    const made = await bench(journal);
    const first = await made.start();
    first.take(0, 40);
    await saved(made, () => first.baselines.stats().saves);
    first.windows.reset('s', 'm0');
    await saved(made, () => first.baselines.stats().saves);
    const second = await made.start();
    second.take(40, 60);
    const { start } = await bench(journal);
    const anew = await start();
    anew.take(40, 60);
    expect(second.learnt('m0')).toEqual(anew.learnt('m0'));
  });
});

describe('an unusable baseline is learnt again', () => {
  async function threeMachines() {
    const journal = someBatches({ machines: 3 });
    const made = await bench(journal);
    const first = await made.start();
    first.take(0, 40);
    await first.baselines.stop();
    const [name] = await readdir(made.dir);
    const path = join(made.dir, name!);
    return { ...made, path, bytes: await readFile(path) };
  }

  it('after a torn or damaged file: the machines before the damage continue, it is logged once, and a copy is kept', async () => {
    const made = await threeMachines();
    const { path, bytes } = made;
    const flipped = (at: number) => {
      const copy = Buffer.from(bytes);
      copy[at]! ^= 0x10;
      return copy;
    };
    const third = Math.floor(bytes.length / 3);
    const cases: [Buffer, number][] = [
      [bytes.subarray(0, third + 500), 1],
      [bytes.subarray(0, bytes.length - 1), 2],
      [flipped(bytes.length - 40), 2],
      [flipped(0), 0],
      [flipped(21), 0],
      [Buffer.alloc(0), 0],
      [Buffer.concat([bytes, Buffer.from('more')]), 3],
    ];
    for (const [i, [damaged, sound]] of cases.entries()) {
      await writeFile(path, damaged);
      made.said.length = 0;
      const run = await made.start();
      run.take(40, 41);
      expect(run.baselines.stats()).toMatchObject({ restored: sound, damagedFiles: 1 });
      expect(made.said).toMatchObject([{ code: 'NORMALS_DAMAGED', files: 1 }]);
      // Everything is rewritten, so the next start finds nothing wrong.
      await run.baselines.stop();
      const aside = (number: number) => `${path}.set-aside${number === 0 ? '' : `-${number + 1}`}`;
      expect(await readFile(aside(i))).toEqual(damaged);
      expect(await readFile(aside(0))).toEqual(cases[0]![0]);
      made.said.length = 0;
      const next = await made.start();
      next.take(41, 42);
      expect(next.baselines.stats()).toMatchObject({ restored: 3, damagedFiles: 0 });
      expect(made.said).toEqual([]);
      await next.baselines.stop();
    }
  });

  it('in a file that a newer version has written, which is left as it is', async () => {
    const made = await threeMachines();
    const newer = Buffer.from(made.bytes.toString('latin1').replace('normals 1', 'normals 2'), 'latin1');
    await writeFile(made.path, newer);
    const run = await made.start();
    run.take(40, 60);
    await run.baselines.stop();
    expect(made.said).toMatchObject([
      { code: 'NORMALS_UNREADABLE', first: expect.stringContaining('format 2') },
    ]);
    expect(await readFile(made.path)).toEqual(newer);
  });

  it('after the machine type has got another contract', async () => {
    const made = await threeMachines();
    const changed = { ...rig, sensors: rig.sensors.map((sensor) => ({ ...sensor, unit: 'mm' })) };
    const run = await made.start({ types: [changed, open] });
    run.take(40, 41);
    expect(run.baselines.stats()).toMatchObject({ restored: 0, foreign: 3, damagedFiles: 0 });
    expect(made.said).toMatchObject([{ code: 'NORMALS_FOREIGN', machines: 3 }]);
  });

  it('if the folder cannot be read or written', async () => {
    const made = await threeMachines();
    const broken = () => Promise.reject(Object.assign(new Error('i/o error'), { code: 'EIO' }));
    const all: BaselineFiles = {
      list: broken,
      read: broken,
      replace: broken,
      copy: broken,
      remove: broken,
      sync: broken,
    };
    const blind = await made.start({ files: all });
    blind.take(40, 60);
    await blind.baselines.stop();
    const unread = await made.start({ files: { ...baselineFiles(made.dir), read: broken } });
    unread.take(40, 60);
    await unread.baselines.stop();
    expect(made.said.map(({ code }) => code)).toEqual(['NORMALS_UNREADABLE', 'NORMALS_UNREADABLE']);
    expect(await readFile(made.path)).toEqual(made.bytes);
  });
});
