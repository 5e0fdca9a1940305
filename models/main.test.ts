/** Runs the commands with a small network on generated files in NASA's format. */
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../shared/files/paths.ts';
import { writeTest, writeTraining } from './data/cmapss.testing.ts';
import { readCmapssTest } from './data/cmapss.ts';
import type { ModelDesign } from './fit/design.ts';
import { artefactsDir, runCompare, runEvaluate, runTrain } from './main.ts';
import { nasaScore } from './measure/figures.ts';
import { turbofanRecipe } from './training/recipes/turbofan.ts';

const quiet = () => {};
const names = [
  'rmse_capped',
  'score_capped',
  'rmse_raw',
  'score_raw',
  'coverage80',
  'interval_width',
  'parameters',
  'ms_per_batch64',
  'baseline_rmse_capped',
];

const asBuilt = turbofanRecipe.design('FD001');

/** The product's recipe with a smaller network and less training. */
function small(): ModelDesign {
  const { fit, ...design } = asBuilt;
  return { ...design, folds: 2, fit: { ...fit, epochs: 6, windowsPerEpoch: 2_500, batchSize: 100 } };
}

let folder: string;
let artefacts: string;
const command = () => ({ name: 'rul-turbofan', subset: 'FD001', dataDir: folder, artefactsDir: artefacts });

describe('rul-turbofan on files in NASA’s format', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'harbinger-models-'));
    artefacts = join(folder, 'artefacts');
    writeTraining(folder, { engines: 24, seed: 1 });
    writeTest(folder, { engines: 60, seed: 2 });
    const design = vi.spyOn(turbofanRecipe, 'design').mockImplementation(small);
    await runTrain({ ...command(), backend: 'wasm', seed: 3 }, quiet);
    design.mockRestore();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('trains a model with a card, and leaves no checkpoint', () => {
    const at = join(artefacts, 'rul-turbofan', 'FD001');
    expect(readFileSync(join(at, 'MODEL-CARD.md'), 'utf8')).toMatch(/rul-turbofan-FD001 .*Cross-validated/s);
    expect(existsSync(`${at}.training`)).toBe(false);
  });

  it('evaluates it: exactly the documented figures, with estimates for engines of 1 … 19 rows too', async () => {
    const lines: string[] = [];
    const { FD001 } = await runEvaluate(command(), (line) => lines.push(line));
    expect(Object.keys(FD001!)).toEqual(names);
    for (const value of Object.values(FD001!)) expect(value).toBeGreaterThan(0);
    expect(FD001!.rmse_capped).toBeLessThan(FD001!.baseline_rmse_capped);
    expect(FD001!.rmse_raw).toBeGreaterThan(FD001!.rmse_capped);
    expect(FD001!.parameters).toBeLessThan(200_000);
    expect(FD001!.coverage80).toBeLessThanOrEqual(1);
    expect(lines.join('\n')).toMatch(/60 machines at their last row.*linear regression/s);
  });

  it('takes the baseline from the artefact without the training file: the same figures', async () => {
    const { ms_per_batch64: _, ...with_ } = (await runEvaluate(command(), quiet)).FD001!;
    const other = mkdtempSync(join(tmpdir(), 'harbinger-models-'));
    try {
      writeTest(other, { engines: 60, seed: 2 });
      const { ms_per_batch64: __, ...without } = (await runEvaluate({ ...command(), dataDir: other }, quiet))
        .FD001!;
      expect(without).toEqual(with_);
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });

  it('computes its figures from the estimates', async () => {
    const { runs } = readCmapssTest(folder, 'FD001');
    const squares = runs.map((run) => (125 - Math.min(125, run.remaining!)) ** 2);
    const { FD001 } = await runEvaluate(command(), quiet);
    // A model that is worse than always answering "as good as new" has learnt nothing.
    expect(FD001!.rmse_capped).toBeLessThan(Math.sqrt(squares.reduce((a, b) => a + b) / runs.length));
    expect(nasaScore(-13)).toBeCloseTo(Math.E - 1);
    expect(nasaScore(10)).toBeCloseTo(Math.E - 1);
    expect(nasaScore(0)).toBe(0);
  });

  it('compares candidates on the same machines, with the baselines', { tags: ['long'] }, async () => {
    const candidates = vi.spyOn(turbofanRecipe, 'candidates').mockImplementation(() => ({
      'as built': { design: small(), members: 1 },
      'rows of the last 30': {
        design: {
          ...small(),
          summary: undefined as never,
          network: { kind: 'patch-mlp', patchRows: 5, patchUnits: 8, hiddenUnits: 8 },
        },
        windowRows: 30,
        members: 1,
      },
    }));
    const lines: string[] = [];
    const { FD001 } = await runCompare({ ...command(), backend: 'wasm', folds: 2 }, (line) =>
      lines.push(line),
    );
    candidates.mockRestore();
    expect(FD001!.map(({ name }) => name).sort()).toEqual(
      ['as built', 'linear regression', 'mean life', 'rows of the last 30'].sort(),
    );
    const first = FD001!.find(({ name }) => name === 'as built')!;
    expect(first.difference).toEqual({ rmse: 0, stdError: 0 });
    expect(first.figures.rmse).toBeLessThan(FD001!.find(({ name }) => name === 'mean life')!.figures.rmse);
    expect(lines.join('\n')).toMatch(/as built: 1\/2 parts {2}about \d+ s left/);
  });

  it('reports wrong names and folders', async () => {
    const nowhere = { ...command(), dataDir: join(folder, 'nowhere') };
    await expect(runTrain(nowhere, quiet)).rejects.toThrow(/train_FD001\.txt/);
    await expect(runEvaluate(nowhere, quiet)).rejects.toThrow(/test_FD001\.txt/);
    await expect(runTrain({ name: 'rul-turbofan' }, quiet)).rejects.toMatchObject({ code: 'DATA_MISSING' });
    await expect(runTrain({ name: 'nonsense' }, quiet)).rejects.toMatchObject({ code: 'MODEL_UNKNOWN' });
    await expect(runTrain({ ...command(), subset: 'FD005' }, quiet)).rejects.toThrow(
      /no subset 'FD005'.*FD001, FD002/,
    );
    await expect(runEvaluate({ name: 'pump-rul', subset: 'FD001' }, quiet)).rejects.toThrow(/it has none/);
  });
});

describe('the models that ship with the product', () => {
  const cmapssDir = join(packageRoot, '..', 'shared', 'data', 'cmapss');
  let tests: string;
  beforeEach(() => {
    tests = mkdtempSync(join(tmpdir(), 'harbinger-models-'));
  });
  afterEach(() => rmSync(tests, { recursive: true, force: true }));

  it('pump-rul: better than the baseline on pumps it has not seen, in time', async () => {
    const figures = (await runEvaluate({ name: 'pump-rul' }, quiet))['pump-rul']!;
    expect(figures.rmse_capped).toBeLessThan(0.85 * figures.baseline_rmse_capped);
    expect(figures.coverage80).toBeGreaterThan(0.72);
    expect(figures.coverage80).toBeLessThan(0.88);
  });

  it.each(turbofanRecipe.subsets)(
    'rul-turbofan %s: estimates in its format, within its limits',
    async (subset) => {
      writeTest(tests, { engines: 20, seed: 1 });
      for (const file of ['test', 'RUL']) {
        if (subset !== 'FD001')
          copyFileSync(join(tests, `${file}_FD001.txt`), join(tests, `${file}_${subset}.txt`));
      }
      const figures = (
        await runEvaluate({ name: 'rul-turbofan', subset, dataDir: tests, artefactsDir }, quiet)
      )[subset]!;
      expect(Object.keys(figures)).toEqual(names);
      expect(figures.parameters).toBeLessThanOrEqual(200_000);
    },
  );

  it.skipIf(!existsSync(cmapssDir))(
    'rul-turbofan manifests are beyond the baseline (needs the C-MAPSS files)',
    () => {
      for (const subset of turbofanRecipe.subsets) {
        const path = join(artefactsDir, 'rul-turbofan', subset, 'manifest.json');
        const { metrics } = JSON.parse(readFileSync(path, 'utf8'));
        expect(metrics.model.rmse).toBeLessThan(0.6 * metrics['linear regression'].rmse);
      }
    },
  );
});
