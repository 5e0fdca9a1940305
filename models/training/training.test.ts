import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadArtefact } from '../../shared/model/artefact.ts';
import { chooseBackend } from '../../shared/model/backend.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import { foldsOf, randomCuts, remainingAt } from '../data/dataset.ts';
import { checkpointFile } from '../fit/checkpoint.ts';
import { fleetDesign, fleetRuns, fleetType } from '../fit/fleet.testing.ts';
import { type MemberReport, type TrainOptions, trainRemainingLife } from './train.ts';
import { writeArtefact } from './write-artefact.ts';

let folder: string;
beforeAll(() => chooseBackend('wasm'));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-training-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function options(machines: number, epochs: number, more: Partial<TrainOptions> = {}): TrainOptions {
  return {
    name: 'fleet-rul',
    version: '1.0.0',
    type: fleetType,
    dataset: fleetRuns({ machines, seed: 9 }),
    design: { ...fleetDesign, fit: { ...fleetDesign.fit, epochs } },
    seed: 4,
    backend: 'wasm',
    clock: systemClock,
    ...more,
  };
}

/** Options that are small enough to train in a moment. */
function tiny(more: Partial<TrainOptions> = {}): TrainOptions {
  const { design, ...rest } = options(12, 3);
  return { ...rest, design: { ...design, fit: { ...design.fit, windowsPerEpoch: 300 } }, ...more };
}

describe('training', () => {
  it('beats the baselines on unseen machines after a short run on few machines', async () => {
    const reports: MemberReport[] = [];
    const model = await trainRemainingLife(options(60, 6, { progress: (report) => reports.push(report) }));
    const { metrics } = model.manifest;
    expect(metrics.model!.rmse).toBeLessThan(0.8 * metrics['linear regression']!.rmse);
    expect(metrics.model!.rmse).toBeLessThan(0.8 * metrics['mean life']!.rmse);
    expect(metrics.model!.coverage).toBeGreaterThan(0.7);
    expect(metrics.model!.coverage).toBeLessThan(0.9);
    expect(reports.at(-1)!.trainRmse).toBeLessThan(reports[0]!.trainRmse);
    expect(reports.at(-1)).toMatchObject({ member: 2, members: 2, epoch: 6, epochs: 6, msLeft: 0 });
    expect(reports[0]!.msLeft).toBeGreaterThan(0);
    writeArtefact(join(folder, 'fleet-rul'), model);
    expect(loadArtefact(join(folder, 'fleet-rul'), fleetType).weights).toEqual(model.weights);
  });

  it('gives the same model for the same seed, and another for another seed', async () => {
    const one = await trainRemainingLife(tiny());
    expect(await trainRemainingLife(tiny())).toEqual(one);
    expect((await trainRemainingLife(tiny({ seed: 5 }))).weights).not.toEqual(one.weights);
  });

  it('resumes after a kill and ends with bit-identical weights, wherever it was stopped', async () => {
    const whole = await trainRemainingLife(tiny());
    const checkpoint = checkpointFile(join(folder, 'fleet-rul.training'));
    const stopped: string[] = [];
    for (const stopAfter of [1, 1, 2]) {
      const abort = new AbortController();
      let epochs = 0;
      const progress = () => {
        if (++epochs === stopAfter) abort.abort();
      };
      const run = trainRemainingLife(tiny({ checkpoint, signal: abort.signal, progress }));
      await run.catch((error: { code: string }) => stopped.push(error.code));
    }
    const notes: string[] = [];
    const resumed = await trainRemainingLife(tiny({ checkpoint, note: (text) => notes.push(text) }));
    expect(stopped.length).toBeGreaterThanOrEqual(2);
    expect(new Set(stopped)).toEqual(new Set(['TRAINING_STOPPED']));
    expect(notes.join()).toMatch(/going on after 1 finished networks/);
    expect(resumed).toEqual(whole);
  });

  it('does not resume from a checkpoint of other data, options or seed, nor from a damaged one', async () => {
    const path = join(folder, 'fleet-rul.training');
    const checkpoint = checkpointFile(path);
    const abort = new AbortController();
    const stop = () => abort.abort();
    await trainRemainingLife(tiny({ checkpoint, signal: abort.signal, progress: stop })).catch(() => {});
    expect(existsSync(path)).toBe(true);
    const notes: string[] = [];
    const other = await trainRemainingLife(tiny({ checkpoint, seed: 5, note: (text) => notes.push(text) }));
    expect(notes.join()).toMatch(/other data or options; beginning anew/);
    expect(other).toEqual(await trainRemainingLife(tiny({ seed: 5 })));
    for (const damaged of [readFileSync(path).subarray(0, -1), Buffer.from('{'), Buffer.alloc(0)]) {
      writeFileSync(path, damaged);
      notes.length = 0;
      await trainRemainingLife(tiny({ checkpoint, seed: 5, note: (text) => notes.push(text) }));
      expect(notes.join()).toMatch(/cannot be taken up: .*; beginning anew/);
    }
  });

  it('refuses too few machines, and data of other machine types', async () => {
    await expect(trainRemainingLife(options(9, 1))).rejects.toMatchObject({ code: 'DATA_TOO_SMALL' });
    const other = { ...fleetType, sensors: fleetType.sensors.slice(1) };
    await expect(trainRemainingLife(options(20, 1, { type: other }))).rejects.toMatchObject({
      code: 'DATA_INVALID',
    });
  });
});

describe('a data set', () => {
  it('is split by machine; each is held out once', () => {
    const { runs } = fleetRuns({ machines: 11, seed: 1 });
    const folds = foldsOf(runs, 3, seededRandom(1));
    expect(folds.map(({ heldOut }) => heldOut.length)).toEqual([4, 4, 3]);
    expect(new Set(folds.flatMap(({ heldOut }) => heldOut)).size).toBe(11);
    for (const { train, heldOut } of folds) {
      expect(train.length + heldOut.length).toBe(11);
      expect(train.some((run) => heldOut.includes(run))).toBe(false);
    }
  });

  it('is cut over each machine’s whole life, equally often', () => {
    const { runs } = fleetRuns({ machines: 3, seed: 1 });
    const cuts = randomCuts(runs, { perMachine: 100, rowsMin: 10 }, seededRandom(1));
    for (const run of runs) {
      const ends = cuts.filter((cut) => cut.run === run).map(({ endRow }) => endRow);
      expect(ends).toHaveLength(100);
      expect([Math.min(...ends), Math.max(...ends)]).toEqual([9, run.rows - 1]);
    }
  });

  it('is labelled with the capped remaining life, also for a record that was cut off', () => {
    const run = { machine: 'm', values: new Float32Array(50), rows: 50 };
    expect([0, 39, 49].map((row) => remainingAt(run, row, 30))).toEqual([30, 10, 0]);
    expect(remainingAt({ ...run, remaining: 7 }, 49)).toBe(7);
  });
});
