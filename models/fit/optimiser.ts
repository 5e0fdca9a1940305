/**
 * AdamW (Loshchilov & Hutter, 2019) on plain arrays, with a running average of the weights. `FitState` holds
 * its whole state, so that training resumes bit-identically on any TensorFlow.js backend.
 */

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

export interface FitState {
  /** Number of finished epochs. */
  epoch: number;
  /** Number of finished steps. */
  step: number;
  weights: Float32Array[];
  /** Running means of the gradients and of their squares. */
  means: Float32Array[];
  squares: Float32Array[];
  /** Running average of the weights, which becomes the result: it averages out the noise of single steps. */
  average: Float32Array[];
}

export function initialState(weights: Float32Array[]): FitState {
  const copies = () => weights.map((values) => Float32Array.from(values));
  const zeros = () => weights.map(({ length }) => new Float32Array(length));
  return { epoch: 0, step: 0, weights, means: zeros(), squares: zeros(), average: copies() };
}

export interface StepOptions {
  learningRate: number;
  /** Decay towards 0 of the weights it applies to. */
  weightDecay: number;
  decays: readonly boolean[];
  /** Share of the average that is kept at each step, 0 … 1. */
  averageDecay: number;
}

/** Takes one step in place. */
export function adamStep(state: FitState, gradients: readonly Float32Array[], options: StepOptions): void {
  const { learningRate, weightDecay, decays } = options;
  const step = ++state.step;
  const correction1 = 1 - beta1 ** step;
  const correction2 = 1 - beta2 ** step;
  // Early on the average forgets faster, or the initial weights would stay in it for long.
  const keep = Math.min(options.averageDecay, step / (step + 9));
  for (let part = 0; part < gradients.length; part++) {
    const gradient = gradients[part]!;
    const weights = state.weights[part]!;
    const means = state.means[part]!;
    const squares = state.squares[part]!;
    const average = state.average[part]!;
    const shrink = 1 - learningRate * (decays[part] ? weightDecay : 0);
    for (let i = 0; i < weights.length; i++) {
      const g = gradient[i]!;
      means[i] = beta1 * means[i]! + (1 - beta1) * g;
      squares[i] = beta2 * squares[i]! + (1 - beta2) * g * g;
      const move = means[i]! / correction1 / (Math.sqrt(squares[i]! / correction2) + epsilon);
      weights[i] = shrink * weights[i]! - learningRate * move;
      average[i] = keep * average[i]! + (1 - keep) * weights[i]!;
    }
  }
}
