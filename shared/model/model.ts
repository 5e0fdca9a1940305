import * as tf from '@tensorflow/tfjs-core';
import { HarbingerError } from '../runtime/errors.ts';
import type { Artefact } from './artefact.ts';
import { FeaturePath } from './feature-path.ts';
import { calibrated } from './interval.ts';
import { type Architecture, forward, toQuantiles, weightShapes } from './network.ts';

export interface Scores {
  /** p10, p50 and p90 of each window in the unit of life, in ascending order within 0 … label cap. */
  lives: Float32Array;
  /** Similarity of each window to the training data, 0 … 1. Below about 0.8 the estimate means little. */
  familiarity: Float32Array;
  /** The windows as input of the networks: `path.width` numbers each. */
  prepared: Float32Array;
}

export interface Model {
  readonly path: FeaturePath;
  /**
   * Scores `count` consecutive windows of windowRows × inputs, in the sensors' units, oldest row first, NaN where
   * absent; the rows of a short history are at the end.
   * @throws HarbingerError MODEL_OUTPUT_INVALID if the network returns a number that is not finite
   */
  score(windows: Float32Array, count: number): Scores;
  /** Scores windows that are already prepared. */
  scorePrepared(prepared: Float32Array, count: number): Float32Array;
  dispose(): void;
}

/** Loads an artefact's weights into the current TensorFlow.js backend. */
export function createModel(artefact: Artefact): Model {
  const { manifest, ensemble } = artefact;
  const { windowRows, inputs, output } = manifest;
  const rawWidth = windowRows * inputs.length;
  const path = new FeaturePath({ ...manifest, inputs: inputs.length });
  const network = createEnsemble(ensemble.members, artefact.weights);
  const scorePrepared = (prepared: Float32Array, count: number) => {
    const lives = calibrated(network.quantiles(prepared, count), output);
    if (lives.every(Number.isFinite)) return lives;
    const code = 'MODEL_OUTPUT_INVALID';
    throw new HarbingerError(code, 'intelligence', 'the model answered with a non-finite number');
  };
  return {
    path,
    scorePrepared,
    score(windows, count) {
      const prepared = new Float32Array(count * path.width);
      const familiarity = new Float32Array(count);
      for (let i = 0; i < count; i++) {
        familiarity[i] = path.window(windows, i * rawWidth, prepared, i * path.width);
      }
      return { lives: scorePrepared(prepared, count), familiarity, prepared };
    },
    dispose: () => network.dispose(),
  };
}

export interface EnsembleNetwork {
  /** Returns p10, p50 and p90 of each prepared window in units of the label cap: the means over the members. */
  quantiles(prepared: Float32Array, count: number): Float32Array;
  dispose(): void;
}

/** Networks that score the same windows, one after the other, each with its own weights. */
export function createEnsemble(
  members: readonly Architecture[],
  weights: readonly Float32Array[][],
): EnsembleNetwork {
  const networks = members.map((architecture, member) => ({
    architecture,
    weights: weightShapes(architecture).map(({ shape }, i) => tf.tensor2d(weights[member]![i]!, shape)),
  }));
  return {
    quantiles(prepared, count) {
      const sum = new Float32Array(count * 3);
      for (const network of networks) {
        const member = toQuantiles(outputsOf(network, prepared, count));
        for (let i = 0; i < sum.length; i++) sum[i]! += member[i]! / networks.length;
      }
      return sum;
    },
    dispose: () => tf.dispose(networks.map((network) => network.weights)),
  };
}

function outputsOf(
  network: { architecture: Architecture; weights: tf.Tensor2D[] },
  prepared: Float32Array,
  count: number,
): Float32Array {
  let outputs = new Float32Array();
  tf.tidy(() => {
    const windows = tf.tensor2d(prepared, [count, prepared.length / count]);
    // The result is copied, because the plain backend returns its own memory; and assigned to a variable, because
    // tf.tidy searches a returned value for tensors.
    outputs = new Float32Array(forward(network.architecture, network.weights, windows).dataSync());
  });
  return outputs;
}
