/** Factors, solutions and inverses: the errors stay within the bounds of Higham, "Accuracy and Stability", chapters 8 to 10. */
import t from 'tap';
import {
  cholesky,
  choleskyWithJitter,
  dot,
  inverseOfProduct,
  invertLower,
  solveLower,
  solveLowerTransposed,
} from '../../../src/tune/linear-algebra.ts';
import { Random } from '../../../src/tune/random.ts';

const SIZES = [1, 2, 3, 4, 5, 7, 8, 13, 40];

/** `B Bᵀ + I` for a random B. */
function positiveDefinite(n: number): Float64Array {
  const random = new Random(1, 'matrix', n);
  const b = new Float64Array(n * n).map(() => random.normal());
  return matrixOf(n, (i, j) => dot(b, i * n, b, j * n, n) + (i === j ? 1 : 0));
}

function matrixOf(n: number, element: (i: number, j: number) => number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, at) => element(Math.floor(at / n), at % n));
}

/** Its triangle, zeros elsewhere. */
function lower(matrix: Float64Array, n: number): Float64Array {
  return matrixOf(n, (i, j) => (j <= i ? (matrix[i * n + j] as number) : 0));
}

function transposed(matrix: Float64Array, n: number): Float64Array {
  return matrixOf(n, (i, j) => matrix[j * n + i] as number);
}

function product(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const columns = transposed(b, n);
  return matrixOf(n, (i, j) => dot(a, i * n, columns, j * n, n));
}

const sizesOf = (matrix: Float64Array): Float64Array => matrix.map(Math.abs);

/** The largest of |difference| / bound, element by element. */
function excess(actual: Float64Array, expected: Float64Array, bound: Float64Array): number {
  return actual.reduce((most, value, i) => {
    return Math.max(most, Math.abs(value - (expected[i] as number)) / ((bound[i] as number) || Number.MIN_VALUE));
  }, 0);
}

/** k roundings. */
const gamma = (k: number): number => (k * Number.EPSILON) / 2 / (1 - (k * Number.EPSILON) / 2);

t.test('the factor times its transpose is the matrix, and what stands above the diagonal is left alone', (t) => {
  for (const n of SIZES) {
    const matrix = positiveDefinite(n);
    const factored = matrix.slice();
    t.ok(cholesky(factored, n));
    const factor = lower(factored, n);
    const bound = product(sizesOf(factor), sizesOf(transposed(factor, n)), n).map((v) => gamma(2 * n + 2) * v);
    t.ok(excess(product(factor, transposed(factor, n), n), matrix, bound) <= 1, `${n}`);
    t.same(
      transposed(lower(transposed(factored, n), n), n),
      transposed(lower(transposed(matrix, n), n), n).map((v, at) =>
        at % (n + 1) === 0 ? (factored[at] as number) : v,
      ),
    );
  }
  t.end();
});

t.test('two triangular solutions solve the system', (t) => {
  for (const n of SIZES) {
    const matrix = positiveDefinite(n);
    const random = new Random(2, 'side', n);
    const b = new Float64Array(n).map(() => random.normal());
    const factored = matrix.slice();
    cholesky(factored, n);
    const x = b.slice();
    solveLower(factored, n, x);
    solveLowerTransposed(factored, n, x);
    const factor = sizesOf(lower(factored, n));
    const sizes = product(factor, transposed(factor, n), n);
    const residual = b.map((value, i) => value - dot(matrix, i * n, x, 0, n));
    const bound = b.map((_, i) => gamma(5 * n + 1) * dot(sizes, i * n, sizesOf(x), 0, n));
    t.ok(excess(residual, new Float64Array(n), bound) <= 1, `${n}`);
  }
  t.end();
});

t.test('the inverses of the factor and of the matrix', (t) => {
  for (const n of SIZES) {
    const matrix = positiveDefinite(n);
    const factored = matrix.slice();
    cholesky(factored, n);
    const factor = lower(factored, n);
    const inverse = new Float64Array(n * n);
    invertLower(factored, n, inverse);
    const identity = matrixOf(n, (i, j) => (i === j ? 1 : 0));
    const ofFactor = transposed(inverse, n);
    const sizes = product(sizesOf(factor), sizesOf(ofFactor), n);
    t.ok(
      excess(
        product(factor, ofFactor, n),
        identity,
        sizes.map((v) => gamma(2 * n + 2) * v),
      ) <= 1,
      `factor ${n}`,
    );
    const whole = new Float64Array(n * n);
    inverseOfProduct(inverse, n, whole);
    const full = matrixOf(n, (i, j) => whole[Math.max(i, j) * n + Math.min(i, j)] as number);
    // What the product M = L⁻ᵀ L⁻¹ may be off, seen through A: |A| |L⁻ᵀ| |L| |L⁻¹| and once more the other way round.
    const spread = product(product(sizesOf(inverse), sizesOf(transposed(factor, n)), n), sizesOf(inverse), n);
    const reach = product(product(sizesOf(matrix), spread, n), sizesOf(ofFactor), n);
    t.ok(
      excess(
        product(matrix, full, n),
        identity,
        reach.map((v) => gamma(8 * n + 8) * v),
      ) <= 1,
      `whole ${n}`,
    );
  }
  t.end();
});

t.test('what is not positive definite is told, and mended by as little jitter as it takes', (t) => {
  t.notOk(cholesky(Float64Array.of(1, 2, 2, 1), 2));
  t.notOk(cholesky(Float64Array.of(NaN), 1));
  // Three equal rows: singular.
  const singular = new Float64Array(9).fill(1);
  const factor = lower(choleskyWithJitter(singular, 3), 3);
  const mended = product(factor, transposed(factor, 3), 3);
  // Off by the jitter, 1e-10, and a rounding of 1 (bound above).
  t.ok(excess(mended, singular, new Float64Array(9).fill(1e-10 + gamma(8))) <= 1);
  // An eigenvalue of -3e-6 takes more than that: 1e-5 is the first of 1e-10, 1e-9, ...
  const below = Float64Array.of(1, 1 + 3e-6, 1 + 3e-6, 1);
  const lifted = lower(choleskyWithJitter(below, 2), 2);
  t.ok(Math.abs(product(lifted, transposed(lifted, 2), 2)[0]! - (1 + 1e-5)) <= gamma(8));
  t.same(singular, new Float64Array(9).fill(1), 'the matrix stays');
  t.throws(() => choleskyWithJitter(Float64Array.of(-1), 1), /\[1,1\] with a mean diagonal of -1.*Give a symmetric/);
  t.end();
});
