import * as tf from '@tensorflow/tfjs-core';
import { contractHash, type MachineType } from '../../shared/domain/machine-type.ts';
import type { ModelInput, ModelManifest, ModelMetrics } from '../../shared/features/manifest.ts';
import { finish } from '../../shared/features/model.ts';
import { type Architecture, weightShapes } from '../../shared/features/network.ts';
import { normalise } from '../../shared/features/normalise.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import { linearRegression, meanLife, type PointPredictor } from './baselines.ts';
import { type Run, type RunDataset, sha256Of, splitByMachine, type WindowSet, windowsOf } from './dataset.ts';
import { type EpochReport, type FitOptions, fitNetwork, predictRaw } from './fit.ts';
import { machineQuantile, measure, type Predictions } from './metrics.ts';

export interface TrainOptions {
  /** Name and semantic version of the model that comes out. */
  name: string;
  version: string;
  type: MachineType;
  dataset: RunDataset;
  seed: number;
  /** Remaining life above this is not told apart. */
  labelCap: number;
  network: { patchRows: number; patchUnits: number; hiddenUnits: number };
  fit: FitOptions;
  /** TensorFlow.js's current backend, for the record. */
  backend: string;
  clock: Clock;
  progress?: (report: EpochReport) => void;
  /** Ends training early with the best weights so far. */
  signal?: AbortSignal;
}

export interface TrainedModel {
  manifest: Omit<ModelManifest, 'files'>;
  architecture: Architecture;
  weights: Float32Array[];
}

/** A sensor that never moves in training must not make mountains of its noise later. */
const relativeStdMin = 1e-5;

function describeInputs(type: MachineType, runs: readonly Run[]): ModelInput[] {
  const sensors = type.sensors.length;
  return type.sensors.map(({ name, unit }, column) => {
    let count = 0;
    let mean = 0;
    let squares = 0;
    for (const run of runs) {
      for (let i = column; i < run.values.length; i += sensors) {
        const delta = run.values[i]! - mean;
        mean += delta / ++count;
        squares += delta * (run.values[i]! - mean);
      }
    }
    const std = Math.max(Math.sqrt(squares / count), relativeStdMin * Math.abs(mean), 1e-6);
    return { name, unit, mean: Number(mean.toPrecision(9)), std: Number(std.toPrecision(9)) };
  });
}

function normalised(runs: readonly Run[], inputs: readonly ModelInput[]): Run[] {
  return runs.map((run) => {
    const values = Float32Array.from(run.values);
    normalise(values, inputs);
    return { ...run, values };
  });
}

/**
 * Split conformal calibration: how far p10 and p90 must move so that one label in ten lies outside on either side, on
 * machines the network has not seen. Labels at the cap say nothing about the interval and are left out.
 */
function calibrate(
  windows: WindowSet,
  raw: Float32Array,
  cap: number,
): { p10Shift: number; p90Shift: number } {
  const tooHigh = new Float32Array(windows.length).fill(Number.NaN);
  const tooLow = new Float32Array(windows.length).fill(Number.NaN);
  for (let i = 0; i < windows.length; i++) {
    const label = windows.labels[i]!;
    if (label >= cap) continue;
    tooHigh[i] = raw[3 * i]! * cap - label;
    tooLow[i] = label - raw[3 * i + 2]! * cap;
  }
  return {
    p10Shift: Number((-machineQuantile(windows, tooHigh, 0.9)).toPrecision(6)),
    p90Shift: Number(machineQuantile(windows, tooLow, 0.9).toPrecision(6)),
  };
}

function pointPredictions(windows: WindowSet, predict: PointPredictor): Predictions {
  const p50 = new Float32Array(windows.length);
  for (let i = 0; i < windows.length; i++) {
    p50[i] = predict(windows.runs[windows.runIndex[i]!]!, windows.endRow[i]!);
  }
  return { p50, p10: null, p90: null };
}

export function intervalPredictions(lives: Float32Array): Predictions {
  const column = (at: number) => lives.filter((_, i) => i % 3 === at);
  return { p10: column(0), p50: column(1), p90: column(2) };
}

/** The common-sense baselines, learnt from `train` and examined on `test`. */
export function measureBaselines(
  train: readonly Run[],
  test: readonly Run[],
  inputs: readonly ModelInput[],
  windowRows: number,
  cap: number,
): Record<string, ModelMetrics> {
  const windows = windowsOf(test, windowRows, cap);
  const linear = linearRegression(windowsOf(train, windowRows, cap), inputs, cap);
  return {
    'linear regression': measure(windows, pointPredictions(windows, linear), cap),
    'mean life': measure(windows, pointPredictions(windows, meanLife(train, cap)), cap),
  };
}

function checkEnough(options: TrainOptions): void {
  const { dataset, type } = options;
  const usable = dataset.runs.filter((run) => run.rows >= type.windowRows);
  if (usable.length < 10) {
    throw new HarbingerError(
      'DATA_TOO_SMALL',
      'cli',
      `training ${options.name} needs at least 10 runs to failure of ${type.windowRows} rows or more; there are ${usable.length}`,
    );
  }
  if (dataset.sensors !== type.sensors.length) {
    throw new HarbingerError(
      'DATA_INVALID',
      'cli',
      `the runs have ${dataset.sensors} sensors, machine type '${type.name}' has ${type.sensors.length}`,
    );
  }
}

/** Trains, calibrates and examines a model of remaining life on runs to failure. @throws HarbingerError DATA_* */
export async function trainRemainingLife(options: TrainOptions): Promise<TrainedModel> {
  checkEnough(options);
  const { type, dataset, labelCap: cap } = options;
  const random = seededRandom(options.seed);
  const split = splitByMachine(
    dataset.runs.filter((run) => run.rows >= type.windowRows),
    random,
  );
  const inputs = describeInputs(type, split.train);
  const windows = (runs: readonly Run[]) => windowsOf(normalised(runs, inputs), type.windowRows, cap);
  const train = windows(split.train);
  const architecture: Architecture = {
    kind: 'patch-dense-1',
    rows: type.windowRows,
    sensors: inputs.length,
    ...options.network,
  };
  const fitted = await fitNetwork(architecture, train, windows(split.select), cap, options.fit, random, {
    nowMs: () => options.clock.monotonicMs(),
    progress: options.progress ?? (() => {}),
    ...(options.signal && { signal: options.signal }),
  });
  const tensors = weightShapes(architecture).map(({ shape }, i) => tf.tensor2d(fitted.weights[i]!, shape));
  const predict = (set: WindowSet) => predictRaw(architecture, tensors, set);
  const calibrateSet = windows(split.calibrate);
  const output = {
    unit: type.lifeUnit,
    labelCap: cap,
    ...calibrate(calibrateSet, predict(calibrateSet), cap),
  };
  const test = windows(split.test);
  const model = measure(test, intervalPredictions(finish(predict(test), output)), cap);
  tf.dispose(tensors);
  return {
    architecture,
    weights: fitted.weights,
    manifest: {
      format: 'harbinger-model-1',
      name: options.name,
      version: options.version,
      machineType: type.name,
      contractHash: contractHash(type),
      windowRows: type.windowRows,
      inputs,
      output,
      training: {
        data: dataset.description,
        dataSha256: sha256Of(dataset),
        seed: options.seed,
        backend: options.backend,
        epochs: fitted.epochs,
        machines: {
          train: split.train.length,
          select: split.select.length,
          calibrate: split.calibrate.length,
          test: split.test.length,
        },
        windows: train.length,
      },
      metrics: { model, ...measureBaselines(split.train, split.test, inputs, type.windowRows, cap) },
    },
  };
}
