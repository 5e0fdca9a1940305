import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { Run, RunDataset } from '../../data/dataset.ts';
import { readFemto } from '../../data/femto.ts';
import type { ModelDesign } from '../../fit/design.ts';
import type { DataOptions, Recipe } from '../recipe.ts';

const amplitudes = ['rms_h', 'rms_v'];
const peaks = ['peak_h', 'peak_v'];
const kurtoses = ['kurtosis_h', 'kurtosis_v'];
const spans = {
  meanRows: [2, 5, 10, 20, 40],
  slopeRows: [10, 20, 40],
  firstRows: 0,
  relative: true,
  length: false,
};

/**
 * Six bearings are few: any feature that tells one bearing, mounting or operating condition from another
 * misleads about the next one. The network therefore reads only how the last minutes differ from the last
 * ten, in logarithms, and labels are capped at ten minutes, because nothing shows earlier. It reads two of
 * the features, the root mean squares: more features did no better on unseen bearings (`models compare
 * rul-bearing`).
 */
const design: ModelDesign = {
  labelCap: 60,
  settings: [],
  channels: amplitudes,
  logarithmic: true,
  summary: spans,
  network: { kind: 'mlp', hiddenUnits: [16] },
  folds: 6,
  machinesMin: 5,
  cutsPerMachine: 1_500,
  calibrateWithin: 180,
  fit: {
    epochs: 20,
    windowsPerEpoch: 8_000,
    batchSize: 256,
    learningRate: 3e-3,
    weightDecay: 1e-2,
    inputNoise: 0.3,
    dropout: 0,
    shortShare: 0,
    averageDecay: 0.99,
    pointWeight: 20,
  },
};

function load({ dataDir }: DataOptions): RunDataset {
  if (dataDir !== undefined) return readFemto(dataDir);
  throw new HarbingerError(
    'DATA_MISSING',
    'cli',
    'rul-bearing needs bearings run to failure: give the folder of the FEMTO CSV files with --data DIR',
  );
}

const rowsMin = 60;
/** Number of rows in each bearing's life at which an artefact is evaluated. */
const stopsPerBearing = 100;

/** Cuts a run at evenly spaced rows of its life. */
function stopped(run: Run, sensors: number): Run[] {
  return Array.from({ length: stopsPerBearing }, (_, i) => {
    const rows = rowsMin + Math.floor(((i + 0.5) / stopsPerBearing) * (run.rows - rowsMin));
    const values = run.values.subarray(0, rows * sensors);
    return { machine: `${run.machine}-${rows}`, rows, values, remaining: run.rows - rows };
  });
}

const cardNotes = [
  '**"60" means** that the model sees no sign of the end. How long that lasts is unknown: these bearings lived for one and a\n  half to eight hours, and nothing early in a life told how long.',
  '**Six bearings are few.** Each figure below is for bearings that the estimating network has not seen, and its standard\n  error says how far a seventh may be off. Always answering 60 has an RMSE of 9.3. Among candidates that differ by less\n  than that error, the one that reads the fewest inputs was chosen.',
  '**Sudden failures remain sudden**: one of the six showed nothing until its last four minutes. Machine type `bearing`\n  therefore has an alert on the self-learned anomaly score in addition to the one on remaining life.',
  '**Operating conditions** (speed and load) are not read: the network sees only the ratio of the vibration to that of\n  some minutes ago, which is similar in all three conditions of the test rig.',
];

/** Rolling bearings of the FEMTO (PRONOSTIA) test rig. */
export const bearingRecipe: Recipe = {
  name: 'rul-bearing',
  version: '1.0.0',
  subsets: [],
  machineType: () => 'bearing',
  design: () => design,
  candidates: () => ({
    'as built': { design, members: 2 },
    'levels as they are': {
      design: { ...design, summary: { ...spans, relative: false, length: true } },
      members: 2,
    },
    'without logarithms': { design: { ...design, logarithmic: false }, members: 2 },
    'peaks too': { design: { ...design, channels: [...amplitudes, ...peaks] }, members: 2 },
    'peaks and kurtoses too': {
      design: { ...design, channels: [...amplitudes, ...peaks, ...kurtoses] },
      members: 2,
    },
    'history of 120 readings': { design, windowRows: 120, windowRowsMin: 60, members: 2 },
    linear: { design: { ...design, network: { kind: 'mlp', hiddenUnits: [] } }, members: 2 },
    'larger network': { design: { ...design, network: { kind: 'mlp', hiddenUnits: [64, 32] } }, members: 2 },
  }),
  cardNotes,
  load,
  loadTest(options) {
    const { description, sensors, runs } = load(options);
    const machines = runs.filter(({ rows }) => rows > rowsMin).flatMap((run) => stopped(run, sensors));
    if (machines.length === 0)
      throw new HarbingerError(
        'DATA_TOO_SMALL',
        'cli',
        `the evaluation needs a bearing with more than ${rowsMin} rows; of the ${runs.length} files none has as many`,
      );
    return {
      machines: {
        description: `${description}, each stopped at ${stopsPerBearing} rows of its life (figures of bearings that a model has learnt from say little)`,
        sensors,
        runs: machines,
      },
      training: null,
    };
  },
};
