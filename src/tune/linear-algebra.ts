/**
 * Symmetric positive definite matrices in double: factors, solutions, inverses. Matrices are square and row-major; every
 * inner loop is a product of two rows that lie in one piece.
 */

/**
 * The lower triangular factor: `A = L Lᵀ`, in place. What stands above the diagonal is neither read nor written.
 * @param matrix `[n, n]`
 * @returns whether the matrix is positive definite; its values are of no use if not
 */
export function cholesky(matrix: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j < i; j++) {
      const other = j * n;
      matrix[row + j] = (matrix[row + j]! - dot(matrix, row, matrix, other, j)) / matrix[other + j]!;
    }
    const rest = matrix[row + i]! - dot(matrix, row, matrix, row, i);
    if (!(rest > 0)) return false;
    matrix[row + i] = Math.sqrt(rest);
  }
  return true;
}

/**
 * The factor of a matrix that is positive definite but for rounding: as much is added to the diagonal as it takes, first
 * 1e-10 of its mean, then ten times as much each time.
 * @param matrix `[n, n]`, symmetric, finite; only its lower triangle is read
 * @returns a new matrix
 * @throws RangeError for a matrix that no jitter mends
 */
export function choleskyWithJitter(matrix: Float64Array, n: number): Float64Array {
  let mean = 0;
  for (let i = 0; i < n; i++) mean += matrix[i * n + i]! / n;
  let jitter = 0;
  for (let tries = 0; tries < 16; tries++) {
    const factor = matrix.slice();
    for (let i = 0; i < n; i++) factor[i * n + i]! += jitter;
    if (cholesky(factor, n)) return factor;
    jitter = jitter === 0 ? 1e-10 * mean : 10 * jitter;
  }
  throw new RangeError(
    `choleskyWithJitter: the matrix [${n},${n}] with a mean diagonal of ${mean} is not positive definite, whatever is added to the diagonal. Give a symmetric, finite matrix with a positive diagonal.`,
  );
}

/** Solves `L x = b` in place. @param factor `[n, n]`, lower triangular @param b `[n]` from `at` */
export function solveLower(factor: Float64Array, n: number, b: Float64Array, at = 0): void {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    b[at + i] = (b[at + i]! - dot(factor, row, b, at, i)) / factor[row + i]!;
  }
}

/** Solves `Lᵀ x = b` in place. @param factor `[n, n]`, lower triangular @param b `[n]` */
export function solveLowerTransposed(factor: Float64Array, n: number, b: Float64Array): void {
  for (let i = n - 1; i >= 0; i--) {
    const row = i * n;
    const value = b[i]! / factor[row + i]!;
    b[i] = value;
    for (let j = 0; j < i; j++) b[j]! -= factor[row + j]! * value;
  }
}

/**
 * The transposed inverse of a lower triangular matrix: an upper triangular one.
 * @param out `[n, n]`; what stands below the diagonal is not written
 */
export function invertLower(factor: Float64Array, n: number, out: Float64Array): void {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    const diagonal = factor[row + i]!;
    for (let j = 0; j < i; j++) {
      out[j * n + i] = -dot(factor, row + j, out, j * n + j, i - j) / diagonal;
    }
    out[row + i] = 1 / diagonal;
  }
}

/**
 * The lower triangle of `(L Lᵀ)⁻¹ = L⁻ᵀ L⁻¹`.
 * @param inverse `[n, n]` from `invertLower`
 * @param out `[n, n]`; what stands above the diagonal is not written
 */
export function inverseOfProduct(inverse: Float64Array, n: number, out: Float64Array): void {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j <= i; j++) out[row + j] = dot(inverse, row + i, inverse, j * n + i, n - i);
  }
}

/** The product of two rows: four sums, added up in one order. */
export function dot(a: Float64Array, atA: number, b: Float64Array, atB: number, length: number): number {
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  let k = 0;
  for (const end = length - 3; k < end; k += 4) {
    first += a[atA + k]! * b[atB + k]!;
    second += a[atA + k + 1]! * b[atB + k + 1]!;
    third += a[atA + k + 2]! * b[atB + k + 2]!;
    fourth += a[atA + k + 3]! * b[atB + k + 3]!;
  }
  for (; k < length; k++) first += a[atA + k]! * b[atB + k]!;
  return first + second + (third + fourth);
}
