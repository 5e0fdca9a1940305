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
