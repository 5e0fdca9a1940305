/**
 * Training of one network (models/fit): loss, optimiser, checkpoint and the design choices of a model.
 * Cross-validation, calibration and files are not done here but in models/measure and models/training.
 */
import * as tf from '@tensorflow/tfjs-core';
// Imported for its side effect: it registers the gradients that TensorFlow.js's core lacks.
import '@tensorflow/tfjs-layers';
import type { FeaturePath } from '../../shared/model/feature-path.ts';
import {
  type Architecture,
  forward,
  inputWidth,
  quantiles,
  weightShapes,
} from '../../shared/model/network.ts';
import { nextTurn } from '../../shared/runtime/clock.ts';
import { gaussian, type Random, seededRandom } from '../../shared/runtime/random.ts';
import { remainingAt, shuffled } from '../data/dataset.ts';
import { cutWindow, type PreparedRun } from '../data/prepared-runs.ts';
import { adamStep, type FitState, initialState } from './optimiser.ts';

export interface FitOptions {
  epochs: number;
  /**
   * Number of windows per epoch. They are drawn from the machines in turn, each at a random row of its
   * life.
   */
  windowsPerEpoch: number;
  batchSize: number;
  /** Maximum rate. It rises over the first steps and then falls along a cosine to almost 0. */
  learningRate: number;
  /** Decay of all kernels towards 0. */
  weightDecay: number;
  /** Standard deviation of the noise added to inputs during training. */
  inputNoise: number;
  /** Share of the units of each layer that are dropped at random during training. */
  dropout: number;
  /** Share of the windows whose history is cut short, as if the gateway had been installed in mid-life. */
  shortShare: number;
  /** Share of the weights' running average that is kept at each step. */
  averageDecay: number;
  /**
   * Weight of p50's squared error relative to the pinball losses of p10 and p90, in units of the label cap.
   */
  pointWeight: number;
}

/** The prepared runs to train on, and how their windows are labelled. */
export interface FitData {
  path: FeaturePath;
  runs: readonly PreparedRun[];
  /** The subset of `runs` that belongs to machines the model is not meant for. */
  others: ReadonlySet<PreparedRun>;
  rowsMin: number;
  labelCap: number;
}

export interface EpochReport {
  epoch: number;
  epochs: number;
  /** Root mean square error of p50 over the epoch's windows, in the unit of life. */
  trainRmse: number;
  msPerEpoch: number;
}

export interface FitContext {
  nowMs(): number;
  /** Called after every epoch; training continues when it returns. */
  epochDone(report: EpochReport, state: FitState): void;
  signal?: AbortSignal;
}

/** Number of steps over which the learning rate rises. */
const warmUpSteps = 100;

/** Draws the initial weights and returns the state in which training starts. */
export function newFitState(architecture: Architecture, random: Random): FitState {
  const weights = weightShapes(architecture).map(({ name, shape, initial }) => {
    const values = new Float32Array(shape[0] * shape[1]);
    if (typeof initial === 'number') values.fill(initial);
    else {
      const scale = Math.sqrt(2 / shape[0]) * (initial === 'small' ? 0.3 : 1);
      for (let i = 0; i < values.length; i++) values[i] = scale * gaussian(random);
    }
    // Starts in the middle of the labels, with an interval of about a tenth of them on either side.
    if (name === 'head/bias') values.set([0.6, -2, -2]);
    return values;
  });
  return initialState(weights);
}

/**
 * Trains until all epochs are done or the signal aborts; changes `state` in place. The same options, data,
 * seed and backend give the same weights, however often training is stopped and resumed between epochs.
 */
export async function fitNetwork(
  architecture: Architecture,
  data: FitData,
  options: FitOptions,
  seed: number,
  state: FitState,
  context: FitContext,
): Promise<void> {
  const step = createStep(architecture, options, state);
  while (state.epoch < options.epochs && !context.signal?.aborted) {
    const startMs = context.nowMs();
    const random = seededRandom((seed ^ Math.imul(state.epoch + 1, 0x9e3779b1)) >>> 0);
    const trainRmse = data.labelCap * runEpoch(data, inputWidth(architecture), options, random, step);
    state.epoch++;
    const msPerEpoch = context.nowMs() - startMs;
    context.epochDone({ epoch: state.epoch, epochs: options.epochs, trainRmse, msPerEpoch }, state);
    await nextTurn();
  }
}

/**
 * Draws an epoch's windows and trains on them; returns the root mean square error in units of the label cap.
 */
function runEpoch(data: FitData, width: number, options: FitOptions, random: Random, step: Step): number {
  let order: PreparedRun[] = [];
  let squares = 0;
  for (let done = 0; done < options.windowsPerEpoch; done += options.batchSize) {
    const count = Math.min(options.batchSize, options.windowsPerEpoch - done);
    const inputs = new Float32Array(count * width);
    const labels = new Float32Array(count);
    const drawn: PreparedRun[] = [];
    for (let i = 0; i < count; i++) {
      if (order.length === 0) order = shuffled(data.runs, random);
      drawn.push(order.pop()!);
      labels[i] = drawWindow(data, drawn[i]!, options.shortShare, random, inputs, i * width);
    }
    addNoise(inputs, options.inputNoise, random);
    if (width > data.path.width) {
      drawn.forEach((prepared, i) => {
        inputs[(i + 1) * width - 1] = data.others.has(prepared) ? 1 : 0;
      });
    }
    squares += count * step(inputs, labels, random);
  }
  return Math.sqrt(squares / options.windowsPerEpoch);
}

/**
 * Writes a window that ends at a random row of a run to `inputs[at]`; returns its label in units of the label
 * cap.
 */
function drawWindow(
  data: FitData,
  prepared: PreparedRun,
  shortShare: number,
  random: Random,
  inputs: Float32Array,
  at: number,
): number {
  const { path, rowsMin, labelCap } = data;
  const { run, firstRow } = prepared;
  const first = Math.min(run.rows - 1, firstRow + rowsMin - 1);
  const endRow = first + Math.floor(random.next() * (run.rows - first));
  const short = random.next() < shortShare;
  const rows = short
    ? rowsMin + Math.floor(random.next() * (path.windowRows - rowsMin + 1))
    : path.windowRows;
  cutWindow(path, prepared, endRow, inputs, at, rows);
  return remainingAt(run, endRow, labelCap) / labelCap;
}

/** Normal deviates, drawn once; each batch takes its noise from a random offset. */
const deviates = (() => {
  const random = seededRandom(0xdead);
  return Float32Array.from({ length: 65_536 }, () => gaussian(random));
})();

function addNoise(windows: Float32Array, std: number, random: Random): void {
  if (std === 0) return;
  const start = Math.floor(random.next() * deviates.length);
  // The stride is odd and random, so that a sensor does not get the same deviates in every window.
  const stride = 2 * Math.floor(random.next() * 1_000) + 1;
  for (let i = 0, at = start; i < windows.length; i++, at += stride) {
    windows[i]! += std * deviates[at & 65_535]!;
  }
}

/**
 * Drops units with the given probability and scales the others up, so that their expected sum does not
 * change.
 */
function dropping(share: number, random: Random): (units: tf.Tensor2D) => tf.Tensor2D {
  if (share === 0) return (units) => units;
  const stays = 1 / (1 - share);
  return (units) => {
    const mask = Float32Array.from({ length: units.size }, () => (random.next() < share ? 0 : stays));
    return tf.mul(units, tf.tensor2d(mask, units.shape));
  };
}

/** Takes one step on a batch; returns its mean squared error in units of the label cap. */
type Step = (windows: Float32Array, labels: Float32Array, random: Random) => number;

function createStep(architecture: Architecture, options: FitOptions, state: FitState): Step {
  const shapes = weightShapes(architecture);
  const decays = shapes.map(({ name }) => name.endsWith('kernel'));
  const stepsMax = options.epochs * Math.ceil(options.windowsPerEpoch / options.batchSize);
  return (windows, labels, random) => {
    const drop = dropping(options.dropout, random);
    let squaredError = 0;
    let gradients: Float32Array[] = [];
    tf.tidy(() => {
      const x = tf.tensor2d(windows, [labels.length, windows.length / labels.length]);
      const y = tf.tensor2d(labels, [labels.length, 1]);
      const weights = state.weights.map((values, i) => tf.tensor2d(values, shapes[i]!.shape));
      const gradientsOf = tf.grads((...current) => {
        const outputs = forward(architecture, current as tf.Tensor2D[], x, drop);
        const loss = lossOf(outputs, y, options.pointWeight);
        squaredError = loss.squaredError;
        return loss.total;
      });
      // Assigned rather than returned, because TensorFlow.js searches a returned array for tensors number by
      // number.
      gradients = gradientsOf(weights).map((gradient) => new Float32Array(gradient.dataSync()));
    });
    const { weightDecay, averageDecay } = options;
    const learningRate = options.learningRate * schedule(state.step, stepsMax);
    adamStep(state, gradients, { learningRate, weightDecay, decays, averageDecay });
    return squaredError;
  };
}

function schedule(step: number, stepsMax: number): number {
  const rise = Math.min(1, (step + 1) / Math.min(warmUpSteps, stepsMax / 10 + 1));
  return rise * (0.01 + 0.99 * 0.5 * (1 + Math.cos((Math.PI * step) / stepsMax)));
}

/** Passes the value on without its gradient: the interval is fitted around p50 and must not influence it. */
const detached = tf.customGrad((x) => ({
  value: tf.clone(x as tf.Tensor),
  gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
}));

/** Squared error of p50 plus pinball losses, which make p10 and p90 quantiles. */
function lossOf(outputs: tf.Tensor2D, labels: tf.Tensor2D, pointWeight: number) {
  const [middle, below, above] = tf.split(outputs, 3, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const squared = tf.mean(tf.square(tf.sub(middle, labels)));
  const error = detached(tf.sub(labels, middle));
  const p10 = pinball(tf.add(error, tf.softplus(below)), quantiles[0]);
  const p90 = pinball(tf.sub(error, tf.softplus(above)), quantiles[2]);
  const total = tf.add(tf.mul(squared, pointWeight), tf.add(p10, p90)) as tf.Scalar;
  return { total, squaredError: squared.dataSync()[0]! };
}

/**
 * Pinball loss of a quantile.
 * @param error label minus quantile
 */
function pinball(error: tf.Tensor, level: number): tf.Tensor {
  return tf.mean(tf.add(tf.mul(tf.relu(error), level), tf.mul(tf.relu(tf.neg(error)), 1 - level)));
}
