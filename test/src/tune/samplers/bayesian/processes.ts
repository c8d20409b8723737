/** Observations to draw, and a Gaussian process computed the long way: dense matrices, elimination, no tricks. */
import fc from 'fast-check';
import type { Hyperparameters } from '../../../../../src/tune/samplers/bayesian/fit.ts';
import type { Observations } from '../../../../../src/tune/samplers/bayesian/observations.ts';

/** Up to 8 observations of numbers and choices. */
export const observations: fc.Arbitrary<Observations> = fc
  .record({
    count: fc.integer({ min: 1, max: 8 }),
    numeric: fc.integer({ min: 0, max: 3 }),
    choices: fc.integer({ min: 0, max: 2 }),
  })
  .filter(({ numeric, choices }) => numeric + choices > 0)
  .chain(({ count, numeric, choices }) => {
    const size = numeric + choices;
    const place = fc.double({ min: 0, max: 1, noNaN: true });
    const row = fc.tuple(
      fc.array(place, { minLength: numeric, maxLength: numeric }),
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: choices, maxLength: choices }),
    );
    return fc.record({
      points: fc.array(row, { minLength: count, maxLength: count }).map((rows) => Float64Array.from(rows.flat(2))),
      targets: fc
        .array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: count, maxLength: count })
        .map((values) => Float64Array.from(values)),
      count: fc.constant(count),
      size: fc.constant(size),
      numeric: fc.constant(numeric),
    });
  });

/** Logarithms of hyper-parameters near 1, the noise from 0.05 to 1: what central differences can follow. */
export const hyperOf = (size: number): fc.Arbitrary<Float64Array> =>
  fc
    .tuple(
      fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: size + 1, maxLength: size + 1 }),
      fc.double({ min: -3, max: 0, noNaN: true }),
    )
    .map(([values, noise]) => Float64Array.from([...values, noise]));

/** A point like those of the observations. */
export const pointOf = ({ size, numeric }: Observations): fc.Arbitrary<Float64Array> =>
  fc
    .tuple(
      fc.array(fc.double({ min: 0.01, max: 0.99, noNaN: true }), { minLength: numeric, maxLength: numeric }),
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: size - numeric, maxLength: size - numeric }),
    )
    .map((parts) => Float64Array.from(parts.flat()));

export function hyperparametersOf(hyper: Float64Array): Hyperparameters {
  const size = hyper.length - 2;
  return {
    weights: hyper.slice(0, size).map((value) => Math.exp(value)),
    scale: Math.exp(hyper[size] as number),
    noise: 1e-6 + Math.exp(hyper[size + 1] as number),
  };
}

/** The covariance of two points. */
export function covarianceOf(
  a: Float64Array,
  b: Float64Array,
  numeric: number,
  { weights, scale }: Hyperparameters,
): number {
  const squared = weights.reduce((sum, weight, axis) => {
    const difference = (a[axis] as number) - (b[axis] as number);
    return sum + weight * (axis < numeric ? difference ** 2 : difference === 0 ? 0 : 1);
  }, 0);
  const r = Math.sqrt(5 * squared);
  return scale * (1 + r + r ** 2 / 3) * Math.exp(-r);
}

/** The covariances of the observations, noise included. `[count][count]` */
export function covariancesOf({ points, count, size, numeric }: Observations, hyper: Hyperparameters): number[][] {
  const row = (i: number): Float64Array => points.subarray(i * size, (i + 1) * size);
  return Array.from({ length: count }, (_, i) =>
    Array.from(
      { length: count },
      (_unused, j) => covarianceOf(row(i), row(j), numeric, hyper) + (i === j ? hyper.noise : 0),
    ),
  );
}

/** Solves `A x = b` by elimination. @returns x, and the logarithm of the determinant of A, which is positive */
export function eliminate(
  a: readonly (readonly number[])[],
  b: ArrayLike<number>,
): { readonly x: number[]; readonly logDeterminant: number } {
  const n = a.length;
  const rows = a.map((row, i) => [...row, b[i] as number]);
  let logDeterminant = 0;
  for (let k = 0; k < n; k++) {
    const pivot = rows[k] as number[];
    logDeterminant += Math.log(pivot[k] as number);
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const row = rows[i] as number[];
      const factor = (row[k] as number) / (pivot[k] as number);
      for (let j = k; j <= n; j++) row[j] = (row[j] as number) - factor * (pivot[j] as number);
    }
  }
  return { x: rows.map((row, i) => (row[n] as number) / (row[i] as number)), logDeterminant };
}

/** The slope of a function along one coordinate, by central differences. */
export function slopeAt(evaluate: (at: Float64Array) => number, at: Float64Array, axis: number): number {
  const step = 6e-6 * Math.max(1, Math.abs(at[axis] as number));
  const [above, below] = [at.slice(), at.slice()];
  above[axis] = (at[axis] as number) + step;
  below[axis] = (at[axis] as number) - step;
  return (evaluate(above) - evaluate(below)) / ((above[axis] as number) - (below[axis] as number));
}

/** Central differences of functions near 1 in double are good for about 1e-10 (reliability.md, A1); scaled by the gradient. */
export function gradientError(analytic: ArrayLike<number>, numeric: ArrayLike<number>): number {
  const largest = Math.max(1, ...Array.from(analytic, Math.abs));
  return Math.max(0, ...Array.from(analytic, (value, i) => Math.abs(value - (numeric[i] as number)) / largest));
}
