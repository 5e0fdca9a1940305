import { join } from 'node:path';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { cmapssSubsets, findCmapssTraining, readCmapss, readCmapssTest } from '../cmapss.ts';
import type { ModelDesign } from '../design.ts';
import type { DataOptions, Recipe } from '../recipe.ts';

const design: ModelDesign = {
  labelCap: 125,
  settings: ['setting_1', 'setting_2', 'setting_3'],
  channels: ['s2', 's3', 's4', 's7', 's8', 's9', 's11', 's12', 's13', 's14', 's15', 's17', 's20', 's21'],
  summary: {
    meanRows: [2, 5, 10, 20, 40, 80, 160, 512],
    slopeRows: [20, 40, 80, 160],
    firstRows: 0,
    relative: false,
    length: true,
  },
  network: { kind: 'mlp', hiddenUnits: [64, 32] },
  earlier: 1.5,
  folds: 5,
  fit: {
    epochs: 60,
    windowsPerEpoch: 20_000,
    batchSize: 256,
    learningRate: 5e-3,
    weightDecay: 0,
    inputNoise: 0.1,
    dropout: 0.1,
    shortShare: 0,
    averageDecay: 0.99,
    pointWeight: 20,
  },
};

/** Among the engines of FD004 are a few whose record turns from worn out to new between two flights. */
const spliced: ModelDesign = {
  ...design,
  splices: { sensors: ['s3', 's4', 's11', 's15'], jump: 0.8, rows: 15 },
};

function designOf(subset: string | null): ModelDesign {
  return subset === 'FD002' || subset === 'FD004' ? spliced : design;
}

/** The set with as many operating conditions: what is learnt of the one helps with the other. */
const alike: Record<string, string> = { FD001: 'FD003', FD002: 'FD004', FD003: 'FD001', FD004: 'FD002' };

function folderOf({ dataDir }: DataOptions, files: string): string {
  if (dataDir !== undefined) return dataDir;
  throw new HarbingerError(
    'DATA_MISSING',
    'cli',
    `rul-turbofan needs NASA's C-MAPSS data: give the folder of ${files} with --data DIR`,
  );
}

/** Engines of NASA's C-MAPSS; one model for each of the four data sets. */
export const turbofanRecipe: Recipe = {
  name: 'rul-turbofan',
  version: '1.0.0',
  subsets: cmapssSubsets,
  machineType: (subset) => (subset === 'FD001' ? 'turbofan' : `turbofan-${subset!.toLowerCase()}`),
  design: designOf,
  candidates: () => ({
    'as built': { design, members: 5 },
    'one network': { design, members: 1 },
  }),
  load(options) {
    const subset = options.subset!;
    const file = `train_${subset}.txt`;
    const folder = folderOf(options, file);
    const own = readCmapss(join(folder, file));
    const others = findCmapssTraining(folder, alike[subset]!);
    if (!others) return own;
    const description = `${own.description}; networks also learn from ${others.description}`;
    return { ...own, description, others: others.runs };
  },
  loadTest(options) {
    const subset = options.subset!;
    const folder = folderOf(options, `test_${subset}.txt and RUL_${subset}.txt`);
    return { machines: readCmapssTest(folder, subset), training: findCmapssTraining(folder, subset) };
  },
};
