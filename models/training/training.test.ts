import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { loadArtefact } from '../../shared/features/artefact.ts';
import { chooseBackend } from '../../shared/features/backend.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { packageRoot } from '../../shared/runtime/paths.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import { artefactsDir, runEvaluate, runTrain } from '../main.ts';
import { readCmapss } from './cmapss.ts';
import { splitByMachine, windowsOf } from './dataset.ts';
import type { EpochReport } from './fit.ts';
import { machineQuantile } from './metrics.ts';
import { simulatePumpRuns } from './plant-runs.ts';
import { recipeOf } from './recipes.ts';
import { type TrainOptions, trainRemainingLife } from './train.ts';
import { writeArtefact } from './write-artefact.ts';

const pump = loadMachineTypes().get('pump')!;
const cmapssDir = join(packageRoot, '..', 'shared', 'data', 'cmapss');

let folder: string;
beforeAll(() => chooseBackend('wasm'));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-training-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function options(machines: number, epochs: number): TrainOptions {
  const { name, version, labelCap, network, fit } = recipeOf('pump-rul');
  return {
    name,
    version,
    labelCap,
    network,
    fit: { ...fit, epochs, batchSize: 128 },
    type: pump,
    dataset: simulatePumpRuns({ machines, seed: 9 }),
    seed: 4,
    backend: 'wasm',
    clock: systemClock,
  };
}

describe('training', () => {
  it('learns: a short run on few machines beats the baselines on machines it has not seen', async () => {
    const reports: EpochReport[] = [];
    const model = await trainRemainingLife({
      ...options(120, 5),
      progress: (report) => reports.push(report),
    });
    const { metrics } = model.manifest;
    expect(metrics.model!.rmse).toBeLessThan(metrics['linear regression']!.rmse);
    expect(metrics.model!.rmse).toBeLessThan(0.6 * metrics['mean life']!.rmse);
    expect(metrics.model!.coverage).toBeGreaterThan(0.6);
    expect(reports.at(-1)!.trainLoss).toBeLessThan(reports[0]!.trainLoss);
    expect(reports.at(-1)).toMatchObject({ epochs: 5 });
    writeArtefact(join(folder, 'pump-rul'), model);
    expect(loadArtefact(join(folder, 'pump-rul'), pump).weights).toEqual(model.weights);
  });

  it('gives the same model from the same seed, and another from another', async () => {
    const one = await trainRemainingLife(options(20, 1));
    const two = await trainRemainingLife(options(20, 1));
    const other = await trainRemainingLife({ ...options(20, 1), seed: 5 });
    expect(two).toEqual(one);
    expect(other.weights).not.toEqual(one.weights);
  });

  it('ends early with what it has when it is told to', async () => {
    const abort = new AbortController();
    const { manifest } = await trainRemainingLife({
      ...options(20, 50),
      signal: abort.signal,
      progress: () => abort.abort(),
    });
    expect(manifest.training.epochs).toBe(1);
  });

  it('refuses too little data, and data of other machines', async () => {
    await expect(trainRemainingLife(options(9, 1))).rejects.toMatchObject({ code: 'DATA_TOO_SMALL' });
    const turbofan = loadMachineTypes().get('turbofan')!;
    await expect(trainRemainingLife({ ...options(20, 1), type: turbofan })).rejects.toMatchObject({
      code: 'DATA_INVALID',
    });
  });
});

describe('the data', () => {
  it('is split by machine, and nothing is lost', () => {
    const { runs } = simulatePumpRuns({ machines: 40, seed: 1 });
    const { train, select, calibrate, test } = splitByMachine(runs, seededRandom(1));
    const parts = [train, select, calibrate, test];
    expect(parts.map((part) => part.length)).toEqual([24, 6, 4, 6]);
    expect(new Set(parts.flat().map((run) => run.machine)).size).toBe(40);
  });

  it('has a label for each full window: remaining life, capped, 0 at the end', () => {
    const { runs } = simulatePumpRuns({ machines: 3, seed: 1 });
    const windows = windowsOf(runs, 30, 50);
    expect(windows.length).toBe(runs.reduce((sum, run) => sum + run.rows - 29, 0));
    expect(windows.labels[0]).toBe(50);
    expect(windows.endRow[0]).toBe(29);
    expect(windows.labels[windows.length - 1]).toBe(0);
    expect(windows.labels[windows.length - 11]).toBe(10);
  });

  it('counts every machine the same in a quantile, however long it lived', () => {
    const run = (machine: string, rows: number) => ({ machine, rows, values: new Float32Array(rows) });
    const windows = windowsOf([run('short', 10), run('long', 90)], 1, 100);
    const scores = Float32Array.from({ length: 100 }, (_, i) => (i < 10 ? 1 : 2));
    expect(machineQuantile(windows, scores, 0.49)).toBe(1);
    expect(machineQuantile(windows, scores, 0.51)).toBe(2);
  });
});

describe('C-MAPSS text', () => {
  const row = (unit: number, cycle: number) => `${unit} ${cycle} ${Array(24).fill(cycle).join(' ')}  \n`;
  const write = (text: string) => {
    const path = join(folder, 'train_X.txt');
    writeFileSync(path, text);
    return path;
  };

  it('is read as one run per engine', () => {
    const { runs } = readCmapss(write(row(1, 1) + row(1, 2) + row(2, 1)));
    expect(runs.map(({ machine, rows }) => [machine, rows])).toEqual([
      ['train_X-1', 2],
      ['train_X-2', 1],
    ]);
    expect(runs[0]!.values).toHaveLength(48);
  });

  it.each([
    ['a line is cut off', '1 1 0 0'],
    ['a number is none', row(1, 1).replace(' 1 1 ', ' 1 x ')],
    ['a cycle is missing', row(1, 1) + row(1, 3)],
    ['there is nothing', '\n'],
  ])('is refused where %s', (_, text) => {
    expect(() => readCmapss(write(text))).toThrow(expect.objectContaining({ code: 'DATA_INVALID' }));
  });

  it('that is missing is asked for by name', async () => {
    const output = () => {};
    await expect(runTrain({ name: 'turbofan-rul' }, output)).rejects.toMatchObject({ code: 'DATA_MISSING' });
    await expect(runTrain({ name: 'turbofan-rul', dataDir: folder }, output)).rejects.toThrow(/train_FD001/);
    await expect(runTrain({ name: 'nonsense' }, output)).rejects.toMatchObject({ code: 'MODEL_UNKNOWN' });
  });
});

describe('the artefacts that come with the product', () => {
  const evaluated = async (name: string) => {
    const lines: string[] = [];
    const metrics = await runEvaluate({ name, dataDir: cmapssDir, backend: 'wasm' }, (line) =>
      lines.push(line),
    );
    const type = loadMachineTypes().get(recipeOf(name).machineType)!;
    return { lines, metrics, manifest: loadArtefact(join(artefactsDir, name), type).manifest };
  };

  async function check(name: string): Promise<void> {
    const { metrics, manifest, lines } = await evaluated(name);
    for (const [predictor, values] of Object.entries(manifest.metrics)) {
      expect(metrics[predictor]!.rmse).toBeCloseTo(values.rmse, 1);
      expect(metrics[predictor]!.mae).toBeCloseTo(values.mae, 1);
    }
    expect(metrics.model!.rmse).toBeLessThan(0.85 * metrics['linear regression']!.rmse);
    expect(metrics.model!.coverage).toBeGreaterThan(0.7);
    expect(lines.join('\n')).toMatch(/model .*linear regression .*mean life/s);
  }

  it('pump-rul is as good as its manifest says, and better than the baselines', () => check('pump-rul'));

  it.skipIf(!existsSync(cmapssDir))('turbofan-rul (on C-MAPSS data) too', () => check('turbofan-rul'));
});
