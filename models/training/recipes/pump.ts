/**
 * Recipes (models/training/recipes): a file for each model that can be trained, with its data, its features and the
 * choices of its design. ../recipes.ts lists them, and ../train.ts trains; a recipe only says with what.
 */
import { seededRandom } from '../../../shared/runtime/random.ts';
import type { RunDataset } from '../../data/dataset.ts';
import { simulatePumpRuns } from '../../data/plant-runs.ts';
import type { ModelDesign } from '../../fit/design.ts';
import type { Recipe } from '../recipe.ts';

const design: ModelDesign = {
  labelCap: 125,
  settings: [],
  network: { kind: 'patch-mlp', patchRows: 5, patchUnits: 24, hiddenUnits: 32 },
  folds: 2,
  fit: {
    epochs: 12,
    windowsPerEpoch: 100_000,
    batchSize: 256,
    learningRate: 3e-3,
    weightDecay: 1e-2,
    inputNoise: 0.2,
    dropout: 0,
    shortShare: 0,
    averageDecay: 0.995,
    pointWeight: 5,
  },
};

/** Pumps that no model was trained on, each stopped at a random row from the first full window on. */
function testPumps(seed: number): RunDataset {
  const { runs, ...rest } = simulatePumpRuns({ machines: 300, seed: (seed ^ 0x7e57) >>> 0 });
  const random = seededRandom(seed);
  const rowsMin = 30;
  return {
    ...rest,
    runs: runs
      .filter(({ rows }) => rows > rowsMin)
      .map((run) => {
        const rows = rowsMin + Math.floor(random.next() * (run.rows - rowsMin));
        const values = run.values.subarray(0, rows * rest.sensors);
        return { ...run, rows, values, remaining: run.rows - rows };
      }),
  };
}

/** The virtual plant's pump, trained on simulated lives, so that no data is needed. */
export const pumpRecipe: Recipe = {
  name: 'pump-rul',
  version: '2.0.0',
  subsets: [],
  machineType: () => 'pump',
  design: () => design,
  candidates: () => ({
    'as built': { design, members: 2 },
    'one network': { design, members: 1 },
  }),
  load: ({ seed }) => simulatePumpRuns({ machines: 1_500, seed }),
  loadTest: ({ seed }) => ({ machines: testPumps(seed), training: null }),
};
