/** The batch normalisation kernels against plain formulas, central differences and their laws. */
import fc from 'fast-check';
import t from 'tap';
import {
  batchNormGradKernel,
  batchNormInferenceGradKernel,
  batchNormInferenceKernel,
  batchNormTrainingKernel,
} from '../../kernels/batchnorm/index.ts';
import type { FloatArray } from '../../kernels/contract.ts';
import type { FloatType } from './integers.ts';
import {
  convert,
  distance,
  GRADIENT_SCORE,
  gradientScore,
  type Operand,
  operand,
  prepare,
  uniform,
  weighted,
} from './numeric.ts';

const EPSILON = 1e-3;
const OPTIONS = { epsilon: EPSILON };

interface Case {
  readonly outer: readonly number[];
  readonly channels: number;
  readonly gamma: boolean;
  readonly beta: boolean;
  readonly seed: number;
}

/** Row counts from 0 to 24 cross the blocks of four rows. */
const cases: fc.Arbitrary<Case> = fc.record({
  outer: fc.oneof(
    fc.tuple(fc.integer({ min: 0, max: 9 })),
    fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 4 })),
  ),
  channels: fc.integer({ min: 0, max: 6 }),
  gamma: fc.boolean(),
  beta: fc.boolean(),
  seed: fc.nat(1_000_000),
});

const rowsOf = ({ outer }: Case): number => outer.reduce((product, size) => product * size, 1);

/** x, gamma, beta and a gradient dy, then moving moments; |x| <= 4, all else <= 1, the moving variance above 0. */
function operandsOf(c: Case): {
  x: Operand;
  gamma: Operand;
  beta: Operand;
  dy: Operand;
  mean: Operand;
  variance: Operand;
} {
  const draw = uniform(c.seed);
  const shape = [...c.outer, c.channels];
  const channel = [c.channels];
  return {
    x: operand(shape, () => 4 * draw()),
    gamma: c.gamma ? operand(channel, draw) : undefined,
    beta: c.beta ? operand(channel, draw) : undefined,
    dy: operand(shape, draw),
    mean: operand(channel, draw),
    variance: operand(channel, () => Math.fround(1 + draw())),
  };
}

function train(c: Case, operands: readonly Operand[], Float: FloatType = Float64Array): FloatArray[] {
  const shapes = [[...c.outer, c.channels], [c.channels], [c.channels], [c.channels]];
  return prepare(batchNormTrainingKernel, operands, shapes, OPTIONS, Float)(operands);
}

function infer(c: Case, operands: readonly Operand[], Float: FloatType = Float64Array): FloatArray {
  const [y] = prepare(batchNormInferenceKernel, operands, [[...c.outer, c.channels]], OPTIONS, Float)(operands);
  return y ?? new Float64Array(0);
}

const gradientShapes = (c: Case): number[][] => [[...c.outer, c.channels], [c.channels], [c.channels]];

/** dx, dgamma, dbeta of the training kernel; the moments come from its own forward. */
function trainGrad(c: Case, x: Operand, gamma: Operand, dy: Operand, Float: FloatType = Float64Array): FloatArray[] {
  const [, mean, , inverse] = train(c, [x, gamma, undefined], Float);
  const moments = [mean, inverse].map((data) => data && { shape: [c.channels], data });
  const operands = [x, gamma, ...moments, dy];
  return prepare(batchNormGradKernel, operands, gradientShapes(c), OPTIONS, Float)(operands);
}

/** One channel of `[rows, channels]` data. */
const column = (data: ArrayLike<number>, channels: number, j: number): number[] =>
  Array.from(data).filter((_, i) => i % channels === j);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const inputOf = (data: readonly number[], shape: readonly number[]): Operand => ({
  shape,
  data: Float64Array.from(data),
});

/** Throws at a score above the bound; a NaN is above it too. */
function expectScores(results: readonly FloatArray[], points: readonly Operand[], loss: () => number): void {
  points.forEach((point, i) => {
    if (point === undefined) return;
    const score = gradientScore(point.data, results[i] ?? [], loss);
    if (!(score <= GRADIENT_SCORE)) throw new Error(`gradient ${i} has score ${score}`);
  });
}

/**
 * Either side rounds a sum of n terms n times: the mean (|x| <= 4) is off by 4 n u, u = 2^-53, and y by that times
 * 1 / sqrt(epsilon) < 32; the variance is off by a relative n u, and y, at most sqrt(n), by half of that. Both sides
 * together: 2 (128 + n) n u, plus a few roundings of y itself, at most sqrt(n) + 1. The mean (4 n u), the variance
 * (16 n u) and its inverse root (32 n u / 2) lie within that.
 */
const tolerance = (rows: number): number => 2 * (128 + rows + 8) * Math.max(1, rows) * 2 ** -53;

t.test('training and inference agree with the plain formula, with and without gamma and beta', (t) => {
  const property = fc.property(cases, (c) => {
    const { x, gamma, beta, mean, variance } = operandsOf(c);
    const rows = rowsOf(c);
    const results = train(c, [x, gamma, beta]);
    const fixed = infer(c, [x, gamma, beta, mean, variance]);
    for (let j = 0; j < c.channels; j++) {
      const values = column(x?.data ?? [], c.channels, j);
      const average = rows === 0 ? 0 : sum(values) / rows;
      const spread = rows === 0 ? 0 : sum(values.map((value) => (value - average) ** 2)) / rows;
      const formula = (center: number, width: number): number[] =>
        values.map(
          (value) => ((value - center) / Math.sqrt(width + EPSILON)) * (gamma?.data[j] ?? 1) + (beta?.data[j] ?? 0),
        );
      const expected = [formula(average, spread), [average], [spread], [1 / Math.sqrt(spread + EPSILON)]];
      expected.forEach((wanted, i) => {
        const off = distance(column(results[i] ?? [], c.channels, j), wanted);
        if (!(off <= tolerance(rows))) throw new Error(`training output ${i} is off by ${off}`);
      });
      const center = mean?.data[j] ?? Number.NaN;
      const off = distance(column(fixed, c.channels, j), formula(center, variance?.data[j] ?? Number.NaN));
      // a handful of roundings of values up to 5 * 32
      if (!(off <= 8 * 160 * 2 ** -53)) throw new Error(`inference is off by ${off}`);
    }
  });
  t.doesNotThrow(() => fc.assert(property, { seed: 21, numRuns: 300 }));
  t.end();
});

t.test('inference with the moments of the batch has the bits of training', (t) => {
  const property = fc.property(cases, (c) => {
    const { x, gamma, beta } = operandsOf(c);
    const [y = [], mean, variance] = train(c, [x, gamma, beta]);
    const moments = [mean, variance].map((data) => data && { shape: [c.channels], data });
    const off = distance(infer(c, [x, gamma, beta, ...moments]), y);
    if (off !== 0) throw new Error(`off by ${off}`);
  });
  t.doesNotThrow(() => fc.assert(property, { seed: 22, numRuns: 100 }));
  t.end();
});

t.test('everything is computed in double: float32 results are the float64 results rounded once', (t) => {
  const property = fc.property(cases, (c) => {
    const { x, gamma, beta, mean, variance, dy } = operandsOf(c);
    const check = (
      name: string,
      run: (operands: readonly Operand[], Float: FloatType) => readonly FloatArray[],
      operands: readonly Operand[],
    ): void => {
      const double = run(operands, Float64Array);
      run(convert(operands, Float32Array), Float32Array).forEach((result, i) => {
        const off = distance(result, Float32Array.from(double[i] ?? []));
        if (off !== 0) throw new Error(`${name}: output ${i} is off by ${off}`);
      });
    };
    check('training', (operands, Float) => train(c, operands, Float), [x, gamma, beta]);
    check('inference', (operands, Float) => [infer(c, operands, Float)], [x, gamma, beta, mean, variance]);
    const grads = [batchNormGradKernel, batchNormInferenceGradKernel] as const;
    for (const kernel of grads) {
      const run = (operands: readonly Operand[], Float: FloatType): FloatArray[] =>
        prepare(kernel, operands, gradientShapes(c), OPTIONS, Float)(operands);
      check(kernel.name, run, [x, gamma, mean, variance, dy]);
    }
  });
  t.doesNotThrow(() => fc.assert(property, { seed: 23, numRuns: 100 }));
  t.end();
});

t.test('the training gradient agrees with central differences through the moments', (t) => {
  const property = fc.property(cases, (c) => {
    const { x, gamma, beta, dy } = operandsOf(c);
    const results = trainGrad(c, x, gamma, dy);
    expectScores(results, [x, gamma, beta], () => weighted(train(c, [x, gamma, beta])[0] ?? [], dy?.data));
    if (results.some((each) => each.some(Number.isNaN))) throw new Error('an element was not written');
  });
  t.doesNotThrow(() => fc.assert(property, { seed: 24, numRuns: 200 }));
  t.end();
});

t.test('the inference gradient agrees with central differences at fixed moments', (t) => {
  const property = fc.property(cases, (c) => {
    const { x, gamma, beta, mean, variance, dy } = operandsOf(c);
    const operands = [x, gamma, mean, variance, dy];
    const results = prepare(batchNormInferenceGradKernel, operands, gradientShapes(c), OPTIONS)(operands);
    expectScores(results, [x, gamma, beta], () => weighted(infer(c, [x, gamma, beta, mean, variance]), dy?.data));
    if (results.some((each) => each.some(Number.isNaN))) throw new Error('an element was not written');
  });
  t.doesNotThrow(() => fc.assert(property, { seed: 25, numRuns: 200 }));
  t.end();
});

t.test('the moments of numbers far from zero are exact where naive sums of squares lose them', (t) => {
  const c: Case = { outer: [4], channels: 1, gamma: false, beta: false, seed: 0 };
  const x = inputOf([1e9, 1e9 + 1, 1e9 + 2, 1e9 + 3], [4, 1]);
  const [, mean, variance] = train(c, [x, undefined, undefined]);
  t.strictSame([mean?.[0], variance?.[0]], [1e9 + 1.5, 1.25]);
  t.end();
});

t.test('a constant channel gives beta, variance 0 and finite gradients', (t) => {
  const c: Case = { outer: [5], channels: 2, gamma: false, beta: true, seed: 0 };
  const x = inputOf(
    Array.from({ length: 10 }, () => 3),
    [5, 2],
  );
  const [y = [], , variance = []] = train(c, [x, undefined, inputOf([0.5, -2], [2])]);
  t.strictSame(Array.from(y), [0.5, -2, 0.5, -2, 0.5, -2, 0.5, -2, 0.5, -2]);
  t.strictSame(Array.from(variance), [0, 0]);
  t.ok(
    trainGrad(c, x, undefined, inputOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [5, 2])).every((each) =>
      each.every(Number.isFinite),
    ),
  );
  t.end();
});

t.test('no rows: the moments are zeros, the gradients of gamma and beta too', (t) => {
  const c: Case = { outer: [0, 3], channels: 2, gamma: false, beta: false, seed: 0 };
  const x = inputOf([], [0, 3, 2]);
  const [, mean = [], variance = []] = train(c, [x, undefined, undefined]);
  t.strictSame([...mean, ...variance], [0, 0, 0, 0]);
  const [, dgamma = [], dbeta = []] = trainGrad(c, x, undefined, x);
  t.strictSame([...dgamma, ...dbeta], [0, 0, 0, 0]);
  t.end();
});

t.test('outputs may overwrite the inputs that inPlace lists', (t) => {
  const c: Case = { outer: [7], channels: 3, gamma: true, beta: true, seed: 5 };
  const { x, gamma, beta, mean, variance, dy } = operandsOf(c);
  for (const [kernel, operands, shapes] of [
    [batchNormInferenceKernel, [x, gamma, beta, mean, variance], [[7, 3]]],
    [batchNormInferenceGradKernel, [x, gamma, mean, variance, dy], gradientShapes(c)],
  ] as const) {
    const expected = prepare(kernel, operands, shapes, OPTIONS)(operands);
    for (const index of kernel.inPlace?.[0] ?? []) {
      const data = operands.map((each) => each && Float64Array.from(each.data));
      const target = data[index] ?? new Float64Array(0);
      const geometry = kernel.plan(
        operands.map((each) => each?.shape),
        shapes,
        OPTIONS,
      );
      kernel.cpu(data, [target, ...expected.slice(1).map((each) => new Float64Array(each.length))], geometry);
      t.strictSame(target, expected[0], `${kernel.name} over input ${index}`);
    }
  }
  t.end();
});

t.test('the work is counted by elements', (t) => {
  const kernels = [
    batchNormTrainingKernel,
    batchNormGradKernel,
    batchNormInferenceKernel,
    batchNormInferenceGradKernel,
  ];
  const counts = kernels.map((kernel) => kernel.flops(kernel.plan([[2, 5, 3]], [], OPTIONS)));
  t.strictSame(counts, [7 * 30, 9 * 30, 3 * 30, 5 * 30]);
  t.end();
});
