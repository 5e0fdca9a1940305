import { join } from 'node:path';
import type { SummarySpans } from '../../../shared/model/summary.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { cmapssSubsets, findCmapssTraining, readCmapss, readCmapssTest } from '../../data/cmapss.ts';
import type { ModelDesign, NetworkDesign } from '../../fit/design.ts';
import type { Candidate, DataOptions, Recipe } from '../recipe.ts';

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
  earlier: 2,
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

/** A few engines of FD004 turn from worn out to as good as new between two flights; FD002 trains on them too. */
const spliced: ModelDesign = {
  ...design,
  splices: { sensors: ['s3', 's4', 's11', 's15'], jump: 0.8, rows: 15 },
};

function designOf(subset: string | null): ModelDesign {
  return subset === 'FD002' || subset === 'FD004' ? spliced : design;
}

/**
 * The subset with the same number of operating conditions; training on its engines as well improves the
 * model.
 */
const alike: Record<string, string> = { FD001: 'FD003', FD002: 'FD004', FD003: 'FD001', FD004: 'FD002' };

/** The candidates behind the design. Each differs from `one network` in what its name says. */
function candidatesOf(subset: string | null): Record<string, Candidate> {
  const built = designOf(subset);
  const { summary, ...byRows } = built as ModelDesign & { summary: SummarySpans };
  const one = (change: Partial<ModelDesign>, more: Partial<Candidate> = {}): Candidate => ({
    design: { ...built, ...change },
    members: 1,
    ...more,
  });
  const rows = (network: NetworkDesign, windowRows: number): Candidate => ({
    design: { ...byRows, network },
    windowRows,
    members: 1,
  });
  const upTo = (windowRows: number) =>
    one(
      { summary: { ...summary, meanRows: summary.meanRows.filter((span) => span < windowRows) } },
      { windowRows },
    );
  const patches = { patchRows: 5, patchUnits: 32 };
  return {
    'one network': one({}),
    'as built: an ensemble': one({}, { members: built.folds }),
    'without the other set’s engines': one({}, { withoutOthers: true }),
    'one mean for all conditions': one({ perCondition: false }),
    'at most the last 128 rows': upTo(128),
    'at most the last 64 rows': upTo(64),
    'at most the last 30 rows': upTo(30),
    'without slopes': one({ summary: { ...summary, slopeRows: [] } }),
    'without the length of the history': one({ summary: { ...summary, length: false } }),
    'linear in the summary': one({ network: { kind: 'mlp', hiddenUnits: [] } }),
    'p50 not moved earlier': one({ earlier: 0 }),
    'start of life unknown': one({}, { startUnknown: true }),
    'trained with unknown starts': one({ fit: { ...built.fit, shortShare: 0.5 } }),
    'trained with unknown starts, start unknown': one(
      { fit: { ...built.fit, shortShare: 0.5 } },
      { startUnknown: true },
    ),
    'patches of the last 60 rows, dense': rows({ kind: 'patch-mlp', ...patches, hiddenUnits: 32 }, 60),
    'patches of the last 60 rows, attention': rows({ kind: 'attention', ...patches, hiddenUnits: 32 }, 60),
    'patches of the last 60 rows, recurrent': rows({ kind: 'recurrent', ...patches, stateUnits: 32 }, 60),
  };
}

function folderOf({ dataDir }: DataOptions, files: string): string {
  if (dataDir !== undefined) return dataDir;
  throw new HarbingerError(
    'DATA_MISSING',
    'cli',
    `rul-turbofan needs NASA's C-MAPSS data: give the folder of ${files} with --data DIR`,
  );
}

const cardNotes = [
  '**Chosen among candidates** (`models compare`, cross-validated over whole engines, 2 folds, shorter training; RMSE, labels\n  capped; all of them in models/docs/remaining-life.md). FD001: this ensemble 8.6, one of its networks 9.2, without slopes 9.7,\n  patches of 60 rows read by dense layers 11.2, recurrently 11.3, with attention 11.3, the last 30 rows 12.7, linear in the\n  summary 13.7, linear regression 21.5. FD002: one network 10.8, the last 30 rows 15.4, one mean for all operating\n  conditions 16.4, linear regression 22.2.',
];

/** Engines of NASA's C-MAPSS, with one model per data set. */
export const turbofanRecipe: Recipe = {
  name: 'rul-turbofan',
  version: '1.0.0',
  subsets: cmapssSubsets,
  machineType: (subset) => (subset === 'FD001' ? 'turbofan' : `turbofan-${subset!.toLowerCase()}`),
  design: designOf,
  candidates: candidatesOf,
  cardNotes,
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
