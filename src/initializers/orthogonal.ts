/** An orthogonal matrix as first values: Saxe et al., "Exact solutions to the nonlinear dynamics of learning" (2014). */
import { optionsOf, ShapeError } from '../errors.ts';
import { formatShape, sizeOf } from '../tensor/shape.ts';
import { drawNormal } from './draws.ts';
import { checkFinite, checkSeed, keyOf, ofDoubles, type Initializer, type SeedOption } from './initializer.ts';

export interface OrthogonalOptions extends SeedOption {
  /** Factor on the matrix. Default 1. */
  readonly gain?: number;
}

/**
 * An orthogonal matrix times `gain`: the weight, flattened to `[rows, columns]` with all axes but the last as rows, has
 * orthonormal columns, or orthonormal rows where it is wider than high.
 * @throws ShapeError for a shape of fewer than two axes
 * @example orthogonal({ seed: 7 }).initialize([4, 4], [0, 0])
 */
export function orthogonal(options: OrthogonalOptions = {}): Initializer {
  const { gain = 1, seed } = optionsOf('orthogonal', options);
  checkFinite('orthogonal', 'gain', gain);
  checkSeed('orthogonal', seed);
  return {
    className: 'Orthogonal',
    initialize(shape, key) {
      if (shape.length < 2) {
        throw new ShapeError(
          `orthogonal: the shape ${formatShape(shape)} has fewer than two axes. Use it for matrices and kernels, or choose another initializer.`,
          { where: 'orthogonal', got: shape },
        );
      }
      const rows = sizeOf(shape.slice(0, -1));
      const columns = shape.at(-1) ?? 0;
      const count = Math.min(rows, columns);
      const length = Math.max(rows, columns);
      const basis = orthonormal(drawNormal(count * length, keyOf(seed, key), 0, 1), count, length);
      const values = new Float64Array(rows * columns);
      for (let vector = 0; vector < count; vector++) {
        for (let i = 0; i < length; i++) {
          const position = rows < columns ? vector * columns + i : i * columns + vector;
          values[position] = gain * (basis[vector * length + i] ?? 0);
        }
      }
      return ofDoubles(shape, values);
    },
    getConfig: () => ({ gain, seed: seed ?? null }),
  };
}

/**
 * Makes `count` vectors of `length` numbers orthonormal in their order, in place (Gram and Schmidt, modified). This is the
 * Q of a QR decomposition whose R has a positive diagonal, so the signs that other methods leave open are settled.
 */
function orthonormal(vectors: Float64Array, count: number, length: number): Float64Array {
  for (let k = 0; k < count; k++) {
    const vector = vectors.subarray(k * length, (k + 1) * length);
    let before = norm(vector);
    let after = subtractProjections(vectors, vector, k, length);
    // What is left of a vector that lost most of its length is inexact: clean it once more.
    while (after < 0.5 * before) {
      before = after;
      after = subtractProjections(vectors, vector, k, length);
    }
    for (let i = 0; i < length; i++) vector[i] = (vector[i] ?? 0) / after;
  }
  return vectors;
}

function subtractProjections(vectors: Float64Array, vector: Float64Array, count: number, length: number): number {
  for (let j = 0; j < count; j++) {
    const other = vectors.subarray(j * length, (j + 1) * length);
    let product = 0;
    for (let i = 0; i < length; i++) product += (other[i] ?? 0) * (vector[i] ?? 0);
    for (let i = 0; i < length; i++) vector[i] = (vector[i] ?? 0) - product * (other[i] ?? 0);
  }
  return norm(vector);
}

function norm(vector: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += (vector[i] ?? 0) * (vector[i] ?? 0);
  return Math.sqrt(sum);
}
