/** Batch normalisation in WebAssembly against the cpu kernels in float64, at sizes around vectors, blocks and wide rows. */
import t from 'tap';
import {
  batchNormGradKernel,
  batchNormInferenceGradKernel,
  batchNormInferenceKernel,
  batchNormTrainingKernel,
} from '../../kernels/batchnorm/index.ts';
import { runInPlaceOnWasm } from '../support/wasm-in-place.ts';
import { runOnWasm } from '../support/wasm-kernel.ts';
import { operand, prepare, uniform } from './numeric.ts';

const OPTIONS = { epsilon: 1e-3 };
const ROUNDING = 2 ** -24;

type Given = ReturnType<typeof operand>;

const CHANNELS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 68, 100];
const ROWS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 33, 64, 100, 333];

const sizes: readonly (readonly [rows: number, channels: number])[] = [
  ...ROWS.flatMap((rows) => CHANNELS.map((channels) => [rows, channels] as const)),
  [2000, 3],
  [5000, 1],
];

const float32 = (value: number): number => Math.fround(value);
const column = (data: ArrayLike<number>, channels: number, channel: number): number[] =>
  Array.from({ length: data.length / Math.max(1, channels) }, (_, row) => data[row * channels + channel] ?? NaN);
const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** Throws at the first element of channel `j` beyond its bound; a NaN is beyond it. */
function near(what: string, results: readonly number[], expected: readonly number[], bound: (i: number) => number) {
  expected.forEach((value, i) => {
    const off = Math.abs((results[i] ?? NaN) - value);
    if (!(off <= bound(i))) throw new Error(`${what}: element ${i} is ${results[i]}, float64 gives ${value}`);
  });
}

/**
 * Checks outputs of the training kernel, channel by channel. Sums of K terms are off by 4 sqrt(K) 2^-24 of their terms'
 * sizes; y has the relative errors of the deviation and of its own four operations, and none that grows with the mean.
 */
function checkTraining(rows: number, channels: number, x: Given, gamma: Given | undefined, beta: Given | undefined) {
  const shapes = [[rows, channels], [channels], [channels], [channels]];
  const results = runOnWasm(batchNormTrainingKernel, [x, gamma, beta], shapes, OPTIONS);
  const expected = prepare(batchNormTrainingKernel, [x, gamma, beta], shapes, OPTIONS)([x, gamma, beta]);
  const sum = 4 * Math.sqrt(rows) * ROUNDING;
  for (let j = 0; j < channels; j++) {
    const [y, mean, variance, inverse] = expected.map((data) =>
      data.length === channels ? [data[j] ?? NaN] : column(data, channels, j),
    ) as [number[], [number], [number], [number]];
    const [gotY, ...moments] = results.map((data, k) => (k === 0 ? column(data, channels, j) : [data[j] ?? NaN]));
    const deviation = Math.sqrt(variance[0]);
    near(`mean ${j}`, moments[0] ?? [], mean, () => ROUNDING * Math.abs(mean[0]) + sum * deviation);
    near(`variance ${j}`, moments[1] ?? [], variance, () => (sum + ROUNDING) * variance[0]);
    near(`inverse ${j}`, moments[2] ?? [], inverse, () => (sum + 2 * ROUNDING) * inverse[0]);
    const [factor, shift] = [Math.abs(gamma?.data[j] ?? 1), Math.abs(beta?.data[j] ?? 0)];
    const values = column(x.data, channels, j);
    near(`y ${j}`, gotY ?? [], y, (i) => {
      const normalized = Math.abs((values[i] ?? NaN) - mean[0]) * inverse[0];
      return (sum + 8 * ROUNDING) * (1 + normalized) * factor + 4 * ROUNDING * shift;
    });
  }
}

t.test('training is as near to float64 as sums of float32 allow, at all sizes', (t) => {
  for (const [rows, channels] of sizes) {
    const draw = uniform(1000 * rows + channels);
    const x = operand([rows, channels], () => float32(4 * draw()));
    const [gamma, beta] = [operand([channels], draw), operand([channels], draw)];
    const [withGamma, withBeta] = [channels % 3 !== 0, rows % 3 !== 0];
    t.doesNotThrow(
      () => checkTraining(rows, channels, x, withGamma ? gamma : undefined, withBeta ? beta : undefined),
      `${rows} rows, ${channels} channels`,
    );
  }
  t.end();
});

t.test('a mean of 1e3 costs a spread of 1e-2 no digits, in the moments nor in y', (t) => {
  for (const channels of [1, 3, 16, 64, 100]) {
    const draw = uniform(channels);
    const x = operand([500, channels], () => float32(1e3 + 1e-2 * draw()));
    t.doesNotThrow(() => checkTraining(500, channels, x, undefined, undefined), `${channels} channels`);
  }
  t.end();
});

t.test('first rows far from all others, and a mean that drifts, lose no variance', (t) => {
  for (const channels of [1, 3, 16, 64, 100]) {
    const draw = uniform(channels);
    const outlier = operand([1000, channels], () => float32(1e3 + draw()));
    outlier.data.fill(0, 0, channels);
    t.doesNotThrow(() => checkTraining(1000, channels, outlier, undefined, undefined), `outlier, ${channels} channels`);
    let at = 0;
    const drift = operand([1000, channels], () => float32(1e-3 * at++ + draw()));
    t.doesNotThrow(() => checkTraining(1000, channels, drift, undefined, undefined), `drift, ${channels} channels`);
  }
  t.end();
});

t.test('a constant channel gives beta exactly, and variance 0', (t) => {
  for (const [rows, channels] of [
    [5, 2],
    [100, 3],
    [257, 64],
  ] as const) {
    const x = operand([rows, channels], () => float32(0.1));
    const beta = operand([channels], uniform(rows));
    const shapes = [[rows, channels], [channels], [channels], [channels]];
    const [y, mean, variance] = runOnWasm(batchNormTrainingKernel, [x, undefined, beta], shapes, OPTIONS);
    t.ok(y?.every((value, i) => value === beta.data[i % channels]));
    t.ok(mean?.every((value) => value === float32(0.1)));
    t.ok(variance?.every((value) => value === 0));
  }
  t.end();
});

t.test('NaN and infinity spoil their own channel only', (t) => {
  for (const bad of [NaN, Infinity]) {
    const x = operand([10, 5], uniform(3));
    x.data[12] = bad;
    const [y] = runOnWasm(batchNormTrainingKernel, [x, undefined, undefined], [[10, 5], [5], [5], [5]], OPTIONS);
    t.strictSame(
      [0, 1, 2, 3, 4].map((j) => column(y ?? [], 5, j).every(Number.isNaN)),
      [false, false, true, false, false],
    );
    t.equal(y?.filter(Number.isNaN).length, 10);
  }
  t.end();
});

t.test('inference agrees at all sizes, also over x', (t) => {
  for (const [rows, channels] of sizes) {
    const draw = uniform(rows + 1000 * channels);
    const x = operand([rows, channels], draw);
    const [gamma, beta, mean] = [0, 1, 2].map(() => operand([channels], draw)) as [Given, Given, Given];
    const variance = operand([channels], () => float32(1.5 + draw()));
    const operands = [x, channels % 3 === 0 ? undefined : gamma, rows % 3 === 0 ? undefined : beta, mean, variance];
    const [expected = []] = prepare(batchNormInferenceKernel, operands, [[rows, channels]], OPTIONS)(operands);
    const [y = new Float32Array()] = runOnWasm(batchNormInferenceKernel, operands, [[rows, channels]], OPTIONS);
    // |y| stays below 4.
    const bound = (): number => 4 * 4 * ROUNDING;
    t.doesNotThrow(() => near('y', Array.from(y), Array.from(expected), bound), `${rows} rows, ${channels} channels`);
    t.strictSame(runInPlaceOnWasm(batchNormInferenceKernel, operands, [[rows, channels]], OPTIONS, [0]), [y]);
  }
  t.end();
});

for (const kernel of [batchNormGradKernel, batchNormInferenceGradKernel]) {
  t.test(`${kernel.name} is as near to float64 as sums of float32 allow, at all sizes`, (t) => {
    for (const [rows, channels] of sizes) {
      const draw = uniform(2000 * rows + channels);
      const [x, dy] = [operand([rows, channels], draw), operand([rows, channels], draw)];
      const [gamma, mean] = [operand([channels], draw), operand([channels], draw)];
      // The inverse deviation of one kernel, the variance of the other: around 1.
      const spread = operand([channels], () => float32(1 + draw() / 2));
      const operands = [x, channels % 3 === 0 ? undefined : gamma, mean, spread, dy];
      const shapes = [[rows, channels], [channels], [channels]];
      const expected = prepare(kernel, operands, shapes, OPTIONS)(operands);
      const results = runOnWasm(kernel, operands, shapes, OPTIONS);
      t.doesNotThrow(() => {
        const sum = 4 * Math.sqrt(rows) * ROUNDING;
        for (let j = 0; j < channels; j++) {
          const inverse =
            kernel === batchNormGradKernel
              ? (spread.data[j] ?? NaN)
              : 1 / Math.sqrt((spread.data[j] ?? NaN) + OPTIONS.epsilon);
          const gradients = column(dy.data, channels, j).map(Math.abs);
          const normalized = column(x.data, channels, j).map((v) => Math.abs(v - (mean.data[j] ?? NaN)) * inverse);
          const average = meanOf(gradients);
          const slope = meanOf(gradients.map((v, i) => v * (normalized[i] ?? NaN)));
          const scale = inverse * Math.abs(operands[1]?.data[j] ?? 1);
          const [dx, dgamma, dbeta] = results as [Float32Array, Float32Array, Float32Array];
          const [wantDx, wantGamma, wantBeta] = expected as [Float64Array, Float64Array, Float64Array];
          const one = (data: ArrayLike<number>): number[] => [data[j] ?? NaN];
          near(`dbeta ${j}`, one(dbeta), one(wantBeta), () => sum * rows * average);
          near(`dgamma ${j}`, one(dgamma), one(wantGamma), () => (sum + 2 * ROUNDING) * rows * slope);
          near(`dx ${j}`, column(dx, channels, j), column(wantDx, channels, j), (i) => {
            const means = average + (normalized[i] ?? NaN) * slope;
            return scale * (8 * ROUNDING * (gradients[i] ?? NaN) + (sum + 8 * ROUNDING) * means);
          });
        }
      }, `${rows} rows, ${channels} channels`);
      const target = kernel.inPlace?.[0]?.[0];
      if (target === undefined) continue;
      t.strictSame(runInPlaceOnWasm(kernel, operands, shapes, OPTIONS, [target]), results, 'the same over dy');
    }
    t.end();
  });
}
