import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadMachineTypes } from '../../../shared/domain/machine-types.ts';
import { loadArtefact } from '../../../shared/model/artefact.ts';
import { chooseBackend } from '../../../shared/model/backend.ts';
import { createModel } from '../../../shared/model/model.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { trainWithoutEach } from '../../backtest/leave-one-out.ts';
import { madeUpBearings, writeFemto } from '../../data/bearings.testing.ts';
import { artefactsDir as productArtefacts, runEvaluate } from '../../main.ts';
import type { Recipe } from '../recipe.ts';
import { trainRemainingLife } from '../train.ts';
import { writeArtefact } from '../write-artefact.ts';
import { bearingRecipe } from './bearing.ts';

const type = loadMachineTypes().get('bearing')!;
const folder = mkdtempSync(join(tmpdir(), 'harbinger-bearings-'));
const dataDir = join(folder, 'data');
const artefactsDir = join(folder, 'artefacts');
const subset = null;

/** The recipe with fewer of everything that takes time. */
function shorter(epochs: number, windowsPerEpoch: number): Recipe {
  const design = bearingRecipe.design(subset);
  const fit = { ...design.fit, epochs, windowsPerEpoch };
  return { ...bearingRecipe, design: () => ({ ...design, folds: 3, cutsPerMachine: 60, fit }) };
}

let backend: string;
beforeAll(async () => {
  mkdirSync(dataDir);
  writeFemto(dataDir, madeUpBearings({ bearings: 6, seed: 3 }));
  backend = (await chooseBackend('wasm')).name;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('rul-bearing', () => {
  it('says that bearings are too short to be evaluated', () => {
    const short = mkdtempSync(join(folder, 'short-'));
    const whole = madeUpBearings({ bearings: 2, seed: 3 });
    const cut = whole.runs.map((run) => ({
      ...run,
      rows: 2,
      values: run.values.slice(0, 2 * whole.sensors),
    }));
    writeFemto(short, { ...whole, runs: cut });
    expect(() => bearingRecipe.loadTest({ dataDir: short, subset, seed: 1 })).toThrow(
      expect.objectContaining({
        code: 'DATA_TOO_SMALL',
        message: expect.stringContaining('none has as many'),
      }),
    );
  });

  it('beats baselines that use age or the last reading, trained on few bearings', async () => {
    const recipe = shorter(6, 4_000);
    const dataset = recipe.load({ dataDir, subset, seed: 1 });
    const design = recipe.design(subset);
    const { name, version } = recipe;
    const trained = await trainRemainingLife({
      name,
      version,
      type,
      dataset,
      design,
      seed: 1,
      backend,
      clock: systemClock,
    });
    const { model, ...baselines } = trained.manifest.metrics;
    console.log('made-up bearings', { model, baselines });
    expect(model!.rmse).toBeLessThan(0.7 * baselines['linear regression']!.rmse);
    expect(model!.rmse).toBeLessThan(0.7 * baselines['mean life']!.rmse);
    writeArtefact(join(artefactsDir, name), trained);
  });

  it('is evaluated on bearings stopped at many rows of their lives', async () => {
    const { [bearingRecipe.name]: evaluation } = await runEvaluate(
      { name: bearingRecipe.name, dataDir, artefactsDir },
      () => {},
    );
    expect(evaluation!.rmse_capped).toBeLessThan(evaluation!.baseline_rmse_capped);
    expect(evaluation!.coverage80).toBeGreaterThan(0.6);
  });

  it('as shipped distinguishes a healthy generated bearing from one near its end', () => {
    const artefact = loadArtefact(join(productArtefacts, bearingRecipe.name), type);
    const model = createModel(artefact);
    const { runs } = madeUpBearings({ bearings: 20, seed: 8 });
    const windowAt = (left: number) => {
      const windows = runs.map(({ values, rows }) => {
        const end = (rows - left) * type.sensors.length;
        return values.subarray(end - type.windowRows * type.sensors.length, end);
      });
      return Float32Array.from(windows.flatMap((window) => [...window]));
    };
    const p50 = (left: number) => {
      const { lives, familiarity } = model.score(windowAt(left), runs.length);
      expect(Math.min(...familiarity)).toBeGreaterThan(0.8);
      return [...lives].filter((_, i) => i % 3 === 1);
    };
    expect(Math.min(...p50(70))).toBeGreaterThan(50);
    expect(Math.max(...p50(5))).toBeLessThan(45);
    model.dispose();
  });

  it('names the data it needs', () => {
    const load = () => bearingRecipe.load({ subset, seed: 1 });
    expect(load).toThrow(/--data DIR/);
  });

  it('is trained without each machine in turn, to be judged on that machine', async () => {
    const recipe = shorter(1, 200);
    const dataset = recipe.load({ dataDir, subset, seed: 1 });
    const told: number[] = [];
    const folders = await trainWithoutEach({
      recipe,
      type,
      dataset,
      seed: 1,
      backend,
      clock: systemClock,
      folder: join(folder, 'without'),
      progress: (done) => told.push(done),
    });
    expect([...folders.keys()]).toEqual(dataset.runs.map(({ machine }) => machine));
    expect(told).toEqual([0, 1, 2, 3, 4, 5]);
    const { manifest } = loadArtefact(join(folders.get('Bearing9_2')!, recipe.name), type);
    expect(manifest.training).toMatchObject({
      machines: 5,
      data: expect.stringContaining('without Bearing9_2'),
    });
    expect(readFileSync(join(folders.get('Bearing9_2')!, recipe.name, 'weights.bin'))).not.toEqual(
      readFileSync(join(folders.get('Bearing9_1')!, recipe.name, 'weights.bin')),
    );
  });
});
