import { join } from 'node:path';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { readCmapss } from './cmapss.ts';
import { joined, type RunDataset } from './dataset.ts';
import { simulatePumpRuns } from './plant-runs.ts';
import type { TrainOptions } from './train.ts';

/** How a named model is made: everything that is not the seed. */
export interface Recipe extends Pick<TrainOptions, 'name' | 'version' | 'labelCap' | 'network' | 'fit'> {
  machineType: string;
  /** `dataDir` as the user gave it. */
  load(options: { dataDir?: string; seed: number }): RunDataset;
}

const pump: Recipe = {
  name: 'pump-rul',
  version: '1.0.0',
  machineType: 'pump',
  labelCap: 125,
  network: { patchRows: 5, patchUnits: 32, hiddenUnits: 32 },
  fit: { epochs: 12, batchSize: 256, learningRate: 2e-3, weightDecay: 2e-5, inputNoise: 0.2, patience: 6 },
  load: ({ seed }) => simulatePumpRuns({ machines: 1_500, seed }),
};

/** FD001 and FD003: one operating condition (sea level), both failure modes (compressor, fan). */
const turbofan: Recipe = {
  name: 'turbofan-rul',
  version: '1.0.0',
  machineType: 'turbofan',
  labelCap: 125,
  network: { patchRows: 5, patchUnits: 24, hiddenUnits: 24 },
  fit: { epochs: 40, batchSize: 128, learningRate: 1e-3, weightDecay: 1e-4, inputNoise: 0.2, patience: 12 },
  load: ({ dataDir }) => {
    if (dataDir === undefined) {
      throw new HarbingerError(
        'DATA_MISSING',
        'cli',
        'turbofan-rul is trained on NASA C-MAPSS data: give the folder of train_FD001.txt and train_FD003.txt with --data DIR',
      );
    }
    return joined([
      readCmapss(join(dataDir, 'train_FD001.txt')),
      readCmapss(join(dataDir, 'train_FD003.txt')),
    ]);
  },
};

export const recipes: readonly Recipe[] = [pump, turbofan];

/** @throws HarbingerError MODEL_UNKNOWN listing the names there are */
export function recipeOf(name: string): Recipe {
  const recipe = recipes.find((candidate) => candidate.name === name);
  if (!recipe) {
    const names = recipes.map((candidate) => candidate.name).join(', ');
    throw new HarbingerError('MODEL_UNKNOWN', 'cli', `no model '${name}'; there are ${names}`);
  }
  return recipe;
}
