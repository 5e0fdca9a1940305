import * as tf from '@tensorflow/tfjs-core';
import { HarbingerError } from '../runtime/errors.ts';
import type { Artefact } from './artefact.ts';
import { forward, weightShapes } from './network.ts';
import { normalise } from './normalise.ts';

export interface Model {
  /**
   * `count` windows of rows × sensors, in the sensors' units, one after the other → p10, p50, p90 of each, in the unit
   * of life, 0 … label cap, rising. The windows' buffer is normalised in place.
   * @throws HarbingerError MODEL_OUTPUT_INVALID where the network answers with something that is not a number
   */
  score(windows: Float32Array, count: number): Float32Array;
  /** The same for windows that are normalised already. */
  scoreNormalised(windows: Float32Array, count: number): Float32Array;
  dispose(): void;
}

/** Puts an artefact's weights onto the current TensorFlow.js backend. */
export function createModel(artefact: Artefact): Model {
  const { architecture, manifest } = artefact;
  const weights = weightShapes(architecture).map(({ shape }, i) => tf.tensor2d(artefact.weights[i]!, shape));
  const width = architecture.rows * architecture.sensors;
  const scoreNormalised = (windows: Float32Array, count: number) => {
    const raw = tf.tidy(
      () => forward(architecture, weights, tf.tensor2d(windows, [count, width])).dataSync() as Float32Array,
    );
    return finish(raw, manifest.output);
  };
  return {
    scoreNormalised,
    score(windows, count) {
      normalise(windows, manifest.inputs);
      return scoreNormalised(windows, count);
    },
    dispose: () => tf.dispose(weights),
  };
}

/** Network output → the unit of life, widened or narrowed as calibration found, within 0 … cap and in order. */
export function finish(
  raw: Float32Array,
  output: { labelCap: number; p10Shift: number; p90Shift: number },
): Float32Array {
  const { labelCap, p10Shift, p90Shift } = output;
  const lives = new Float32Array(raw.length);
  for (let i = 0; i < raw.length; i += 3) {
    const p50 = Math.min(labelCap, Math.max(0, raw[i + 1]! * labelCap));
    lives[i] = Math.min(p50, Math.max(0, raw[i]! * labelCap + p10Shift));
    lives[i + 1] = p50;
    lives[i + 2] = Math.min(labelCap, Math.max(p50, raw[i + 2]! * labelCap + p90Shift));
  }
  if (!lives.every(Number.isFinite)) {
    throw new HarbingerError(
      'MODEL_OUTPUT_INVALID',
      'intelligence',
      'the model answered with a non-finite number',
    );
  }
  return lives;
}
