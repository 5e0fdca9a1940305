import * as tf from '@tensorflow/tfjs-core';
// For its side effect only: it registers the gradients, which TensorFlow.js's core leaves out.
import '@tensorflow/tfjs-layers';
import { type Architecture, forward, quantiles, weightShapes } from '../../shared/features/network.ts';
import { gaussian, type Random } from '../../shared/runtime/random.ts';
import { gather, shuffled, type WindowSet } from './dataset.ts';

export interface FitOptions {
  epochs: number;
  batchSize: number;
  learningRate: number;
  /** Strength of the pull of all kernels towards 0. */
  weightDecay: number;
  /** Standard deviation of the noise added to normalised training windows. */
  inputNoise: number;
  /** Epochs without a better score on the selection machines before training stops. */
  patience: number;
}

export interface EpochReport {
  epoch: number;
  epochs: number;
  /** Mean pinball losses, in the unit of life. */
  trainLoss: number;
  selectLoss: number;
  best: boolean;
  msPerEpoch: number;
}

/** Pinball loss: what makes an output the named quantile of what may come. Mean over batch and quantiles. */
export function pinballLoss(predicted: tf.Tensor2D, labels: tf.Tensor2D): tf.Scalar {
  const below = tf.relu(tf.sub(labels, predicted));
  const above = tf.relu(tf.sub(predicted, labels));
  const levels = tf.tensor2d([...quantiles], [1, quantiles.length]);
  const loss = tf.add(tf.mul(below, levels), tf.mul(above, tf.sub(1, levels)));
  return tf.div(tf.sum(loss), loss.size) as tf.Scalar;
}

/** He initialisation; the output starts at a plausible spread in the middle of the labels. */
function initialWeights(architecture: Architecture, random: Random): Float32Array[] {
  return weightShapes(architecture).map(({ name, shape }) => {
    const weights = new Float32Array(shape[0] * shape[1]);
    if (name.endsWith('kernel')) {
      const scale = Math.sqrt(2 / shape[0]) * (name.startsWith('quantiles') ? 0.5 : 1);
      for (let i = 0; i < weights.length; i++) weights[i] = scale * gaussian(random);
    } else if (name.startsWith('quantiles')) {
      weights.set([-0.7, -2, -2]);
    }
    return weights;
  });
}

/**
 * Trains on normalised windows and returns the weights of the epoch that did best on the selection machines. The same
 * options, data, random numbers and backend give the same weights.
 */
export async function fitNetwork(
  architecture: Architecture,
  train: WindowSet,
  select: WindowSet,
  cap: number,
  options: FitOptions,
  random: Random,
  context: { nowMs(): number; progress(report: EpochReport): void; signal?: AbortSignal },
): Promise<{ weights: Float32Array[]; epochs: number }> {
  const shapes = weightShapes(architecture);
  let best = initialWeights(architecture, random);
  const variables = best.map((values, i) => tf.variable(tf.tensor2d(values, shapes[i]!.shape)));
  const optimizer = tf.train.adam(options.learningRate);
  const step = createStep(architecture, variables, optimizer, cap, options, random);
  let bestLoss = Number.POSITIVE_INFINITY;
  let bestEpoch = 0;
  let epoch = 0;
  while (epoch < options.epochs && epoch - bestEpoch < options.patience && !context.signal?.aborted) {
    const startMs = context.nowMs();
    epoch++;
    setLearningRate(optimizer, options.learningRate * cosine((epoch - 1) / options.epochs));
    const trainLoss = runEpoch(architecture, train, options.batchSize, random, step);
    const selectLoss = cap * meanLoss(architecture, variables as tf.Tensor2D[], select, cap);
    const better = selectLoss < bestLoss;
    if (better) {
      [bestLoss, bestEpoch] = [selectLoss, epoch];
      best = variables.map((variable) => Float32Array.from(variable.dataSync()));
    }
    const msPerEpoch = context.nowMs() - startMs;
    context.progress({
      epoch,
      epochs: options.epochs,
      trainLoss: cap * trainLoss,
      selectLoss,
      best: better,
      msPerEpoch,
    });
    await new Promise((resolve) => setImmediate(resolve));
  }
  tf.dispose(variables);
  optimizer.dispose();
  return { weights: best, epochs: epoch };
}

function cosine(done: number): number {
  return 0.02 + 0.98 * 0.5 * (1 + Math.cos(Math.PI * done));
}

/** AdamOptimizer reads this field at every step; its declaration keeps it protected. */
function setLearningRate(optimizer: tf.AdamOptimizer, learningRate: number): void {
  (optimizer as unknown as { learningRate: number }).learningRate = learningRate;
}

type Step = (windows: Float32Array, labels: Float32Array) => number;

function createStep(
  architecture: Architecture,
  variables: tf.Variable[],
  optimizer: tf.AdamOptimizer,
  cap: number,
  options: FitOptions,
  random: Random,
): Step {
  const weights = variables as unknown as tf.Tensor2D[];
  const kernels = weights.filter((_, i) => i % 2 === 0);
  return (windows, labels) =>
    tf.tidy(() => {
      for (let i = 0; i < windows.length; i++) windows[i]! += options.inputNoise * cheapNoise(random);
      const x = tf.tensor2d(windows, [labels.length, windows.length / labels.length]);
      const y = tf.div(tf.tensor2d(labels, [labels.length, 1]), cap) as tf.Tensor2D;
      let loss = 0;
      optimizer.minimize(() => {
        const fitLoss = pinballLoss(forward(architecture, weights, x), y);
        loss = fitLoss.dataSync()[0]!;
        const decay = kernels.map((kernel) => tf.sum(tf.square(kernel)));
        return decay.reduce(
          (sum, term) => tf.add(sum, tf.mul(term, options.weightDecay)),
          fitLoss as tf.Tensor,
        ) as tf.Scalar;
      });
      return loss;
    });
}

/** Near enough to a normal deviate for augmentation, at a fraction of the cost. */
function cheapNoise(random: Random): number {
  return (random.next() + random.next() + random.next() - 1.5) * 2;
}

function runEpoch(
  architecture: Architecture,
  train: WindowSet,
  batchSize: number,
  random: Random,
  step: Step,
): number {
  const order = shuffled(
    Array.from({ length: train.length }, (_, i) => i),
    random,
  );
  let sum = 0;
  for (let start = 0; start < order.length; start += batchSize) {
    const chosen = order.slice(start, start + batchSize);
    const labels = Float32Array.from(chosen, (i) => train.labels[i]!);
    sum += chosen.length * step(gather(train, chosen, architecture.rows, architecture.sensors), labels);
  }
  return sum / order.length;
}

const evaluationBatch = 512;

/** Network output for every window of a set, in units of the label cap. */
export function predictRaw(
  architecture: Architecture,
  weights: tf.Tensor2D[],
  windows: WindowSet,
): Float32Array {
  const raw = new Float32Array(windows.length * quantiles.length);
  const all = Array.from({ length: windows.length }, (_, i) => i);
  for (let start = 0; start < all.length; start += evaluationBatch) {
    const chosen = all.slice(start, start + evaluationBatch);
    const block = gather(windows, chosen, architecture.rows, architecture.sensors);
    const part = tf.tidy(() =>
      forward(
        architecture,
        weights,
        tf.tensor2d(block, [chosen.length, block.length / chosen.length]),
      ).dataSync(),
    );
    raw.set(part, start * quantiles.length);
  }
  return raw;
}

function meanLoss(
  architecture: Architecture,
  weights: tf.Tensor2D[],
  windows: WindowSet,
  cap: number,
): number {
  const raw = predictRaw(architecture, weights, windows);
  let sum = 0;
  for (let i = 0; i < raw.length; i++) {
    const error = windows.labels[Math.floor(i / quantiles.length)]! / cap - raw[i]!;
    const level = quantiles[i % quantiles.length]!;
    sum += error > 0 ? level * error : (level - 1) * error;
  }
  return sum / raw.length;
}
