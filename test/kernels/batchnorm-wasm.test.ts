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
import {
  checkGradients,
  checkTraining,
  column,
  drifting,
  farFromZero,
  firstRowApart,
  float32,
  type Given,
  gradientCase,
  gradientShapes,
  near,
  OPTIONS,
  ROUNDING,
  trainingCase,
  type TrainingCase,
  trainingShapes,
} from './batchnorm-laws.ts';
import { operand, prepare, uniform } from './numeric.ts';

const CHANNELS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 68, 100];
const ROWS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 33, 64, 100, 333];

const sizes: readonly (readonly [rows: number, channels: number])[] = [
  ...ROWS.flatMap((rows) => CHANNELS.map((channels) => [rows, channels] as const)),
  [2000, 3],
  [5000, 1],
];

const requireTraining = (one: TrainingCase): void =>
  checkTraining(one, runOnWasm(batchNormTrainingKernel, one.operands, trainingShapes(one.rows, one.channels), OPTIONS));

t.test('training is as near to float64 as sums of float32 allow, at all sizes', (t) => {
  for (const [rows, channels] of sizes) {
    t.doesNotThrow(() => requireTraining(trainingCase(rows, channels)), `${rows} rows, ${channels} channels`);
  }
  t.end();
});

t.test('a mean of 1e3 costs a spread of 1e-2 no digits, in the moments nor in y', (t) => {
  for (const channels of [1, 3, 16, 64, 100]) {
    t.doesNotThrow(() => requireTraining(farFromZero(channels)), `${channels} channels`);
  }
  t.end();
});

t.test('first rows far from all others, and a mean that drifts, lose no variance', (t) => {
  for (const channels of [1, 3, 16, 64, 100]) {
    t.doesNotThrow(() => requireTraining(firstRowApart(channels)), `outlier, ${channels} channels`);
    t.doesNotThrow(() => requireTraining(drifting(channels)), `drift, ${channels} channels`);
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
      const one = gradientCase(kernel, rows, channels);
      const shapes = gradientShapes(rows, channels);
      const results = runOnWasm(kernel, one.operands, shapes, OPTIONS);
      t.doesNotThrow(() => checkGradients(one, results), `${rows} rows, ${channels} channels`);
      const target = kernel.inPlace?.[0]?.[0];
      if (target === undefined) continue;
      t.strictSame(runInPlaceOnWasm(kernel, one.operands, shapes, OPTIONS, [target]), results, 'the same over dy');
    }
    t.end();
  });
}
