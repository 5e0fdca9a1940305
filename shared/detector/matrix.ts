/**
 * Inverts a symmetric, positive definite matrix (size × size, row-major) in place by Gauss–Jordan elimination, which
 * needs no pivoting for such a matrix. Returns false if it is not positive definite; its contents are then undefined.
 */
export function invertSymmetric(matrix: Float64Array, size: number): boolean {
  for (let pivot = 0; pivot < size; pivot++) {
    const row = pivot * size;
    const value = matrix[row + pivot]!;
    if (!(value > 1e-9)) return false;
    const inverse = 1 / value;
    matrix[row + pivot] = 1;
    for (let j = 0; j < size; j++) matrix[row + j]! *= inverse;
    for (let i = 0; i < size; i++) {
      if (i === pivot) continue;
      const factor = matrix[i * size + pivot]!;
      matrix[i * size + pivot] = 0;
      for (let j = 0; j < size; j++) matrix[i * size + j]! -= factor * matrix[row + j]!;
    }
  }
  return true;
}

// Symmetric matrices of which only the lower half is kept, row by row, in an array of single precision.

export const packedSize = (size: number): number => (size * (size + 1)) / 2;

/** Moves the matrix at `at` towards a aᵀ by the share `weight`. */
export function learnSquare(into: Float32Array, at: number, a: Float64Array, weight: number): void {
  const keep = 1 - weight;
  for (let i = 0, k = at; i < a.length; i++) {
    const own = weight * a[i]!;
    for (let j = 0; j <= i; j++, k++) into[k] = keep * into[k]! + own * a[j]!;
  }
}

/** Writes the matrix at `at` times `z` to `product`, and returns zᵀ times that. */
export function squareForm(from: Float32Array, at: number, z: Float64Array, product: Float64Array): number {
  product.fill(0);
  for (let i = 0, k = at; i < z.length; i++) {
    const own = z[i]!;
    let sum = 0;
    for (let j = 0; j < i; j++, k++) {
      const value = from[k]!;
      sum += value * z[j]!;
      product[j]! += value * own;
    }
    product[i]! += sum + from[k++]! * own;
  }
  let total = 0;
  for (let i = 0; i < z.length; i++) total += z[i]! * product[i]!;
  return total;
}

/**
 * Inverts the matrix at `at` into `into` (size × size) with its other elements times `trust`, and `least(i)` as the least of
 * each diagonal element, to which `ridge` is added first. Returns false if it has no inverse.
 */
export function invertShrunk(
  from: Float32Array,
  at: number,
  { trust, ridge, least }: { trust: number; ridge: number; least(sensor: number): number },
  into: Float64Array,
  size: number,
): boolean {
  for (let i = 0, k = at; i < size; i++) {
    for (let j = 0; j < i; j++, k++) {
      into[i * size + j] = trust * from[k]!;
      into[j * size + i] = trust * from[k]!;
    }
    into[i * size + i] = Math.max(from[k++]! + ridge, least(i));
  }
  return invertSymmetric(into, size);
}

/** Writes the lower half of `matrix` (size × size) to `at`. */
export function pack(matrix: Float64Array, into: Float32Array, at: number, size: number): void {
  for (let i = 0, k = at; i < size; i++) for (let j = 0; j <= i; j++, k++) into[k] = matrix[i * size + j]!;
}

/** Place of a diagonal element. */
export const diagonal = (at: number, sensor: number): number => at + (sensor * (sensor + 3)) / 2;
