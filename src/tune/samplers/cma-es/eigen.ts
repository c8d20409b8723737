/** Eigenvalues and eigenvectors of small symmetric matrices. */

/** `matrix = vectors diag(values) vectorsᵀ`; row-major, one eigenvector in each column. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** Sweeps after which rounding is all that is left; ten are enough for any matrix that fits a search. */
const MOST_SWEEPS = 30;

/**
 * By Jacobi's rotations, row by row, until nothing off the diagonal matters.
 * @param matrix `[size, size]`, symmetric; not changed
 */
export function symmetricEigen(matrix: Float64Array, size: number): Eigen {
  const work = matrix.slice();
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let hasRotated = false;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        const scale = Math.abs(work[p * size + p]!) + Math.abs(work[q * size + q]!);
        if (Math.abs(work[p * size + q]!) <= 1e-17 * scale) continue;
        rotate(work, vectors, { size, p, q });
        hasRotated = true;
      }
    }
    if (!hasRotated) break;
  }
  return { values: Float64Array.from({ length: size }, (_, i) => work[i * size + i]!), vectors };
}

interface Plane {
  readonly size: number;
  readonly p: number;
  readonly q: number;
}

/** Makes the element at (p, q) zero. */
function rotate(work: Float64Array, vectors: Float64Array, { size, p, q }: Plane): void {
  const off = work[p * size + q]!;
  const theta = (work[q * size + q]! - work[p * size + p]!) / (2 * off);
  const tangent = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  for (let k = 0; k < size; k++) turn(work, k * size + p, k * size + q, cosine, sine);
  for (let k = 0; k < size; k++) turn(work, p * size + k, q * size + k, cosine, sine);
  for (let k = 0; k < size; k++) turn(vectors, k * size + p, k * size + q, cosine, sine);
  work[p * size + q] = work[q * size + p] = 0;
}

function turn(numbers: Float64Array, at: number, other: number, cosine: number, sine: number): void {
  const first = numbers[at]!;
  const second = numbers[other]!;
  numbers[at] = cosine * first - sine * second;
  numbers[other] = sine * first + cosine * second;
}
