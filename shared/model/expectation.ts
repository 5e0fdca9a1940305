/** Limit of remembered patterns of missing values; a dead sensor repeats one pattern. */
const patternsMax = 64;
/**
 * Added to the diagonal of the correlations: sensors that move together must not cancel each other with huge weights.
 */
const ridge = 0.05;

/**
 * Expectation of a row's missing values, given the others: the conditional mean of a normal distribution with the
 * training data's correlations. All values are normalised, so without any other value the expectation is 0.
 */
export class Expectation {
  private readonly size: number;
  private readonly correlation: readonly number[];
  private readonly patterns = new Map<string, Float64Array>();

  constructor(correlation: readonly number[]) {
    this.correlation = correlation;
    this.size = Math.sqrt(correlation.length);
  }

  /** Replaces the NaNs of `row[from] … row[from + size - 1]`. */
  fill(row: Float32Array, from: number): void {
    let pattern = '';
    for (let i = 0; i < this.size; i++) pattern += Number.isNaN(row[from + i]!) ? '0' : '1';
    const weights = this.weightsOf(pattern);
    const values = row.slice(from, from + this.size);
    for (let i = 0; i < this.size; i++) {
      if (pattern[i] === '1') continue;
      let sum = 0;
      for (let j = 0; j < this.size; j++) {
        if (pattern[j] === '1') sum += weights[i * this.size + j]! * values[j]!;
      }
      row[from + i] = sum;
    }
  }

  private weightsOf(pattern: string): Float64Array {
    let weights = this.patterns.get(pattern);
    if (!weights) {
      if (this.patterns.size >= patternsMax) this.patterns.clear();
      weights = this.solve(pattern);
      this.patterns.set(pattern, weights);
    }
    return weights;
  }

  /** Row i holds the weights of the present values for the missing value i. */
  private solve(pattern: string): Float64Array {
    const { size, correlation } = this;
    const present = [...pattern].flatMap((there, i) => (there === '1' ? [i] : []));
    const weights = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      if (pattern[i] === '1') continue;
      const matrix = present.map((a) =>
        Float64Array.from([
          ...present.map((b) => correlation[a * size + b]! + (a === b ? ridge : 0)),
          correlation[a * size + i]!,
        ]),
      );
      solveInPlace(matrix).forEach((weight, at) => {
        weights[i * size + present[at]!] = weight;
      });
    }
    return weights;
  }
}

/** Solves [A | b] by Gauss–Jordan elimination in place; A is positive definite. */
export function solveInPlace(matrix: Float64Array[]): Float64Array {
  const size = matrix.length;
  for (let pivot = 0; pivot < size; pivot++) {
    const divisor = matrix[pivot]![pivot]!;
    for (let column = pivot; column <= size; column++) matrix[pivot]![column]! /= divisor;
    for (let row = 0; row < size; row++) {
      const factor = row === pivot ? 0 : matrix[row]![pivot]!;
      if (factor === 0) continue;
      for (let column = pivot; column <= size; column++) {
        matrix[row]![column]! -= factor * matrix[pivot]![column]!;
      }
    }
  }
  return Float64Array.from(matrix, (row) => row[size]!);
}
