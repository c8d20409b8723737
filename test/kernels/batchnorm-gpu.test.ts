/** Batch normalisation on a graphics card against the cpu kernels in float64, with sums in one stage and in two. */
import t from 'tap';
import {
  batchNormGradKernel,
  batchNormInferenceGradKernel,
  batchNormTrainingKernel,
} from '../../kernels/batchnorm/index.ts';
import { gpuCall, gpuModes, openGpuMemory, runOnGpu } from '../support/gpu-kernel.ts';
import {
  checkGradients,
  checkTraining,
  drifting,
  farFromZero,
  firstRowApart,
  float32,
  gradientCase,
  gradientShapes,
  OPTIONS,
  trainingCase,
  trainingShapes,
} from './batchnorm-laws.ts';
import { operand } from './numeric.ts';

const sizes = [
  { rows: 0, channels: 3, split: false },
  { rows: 1, channels: 2, split: false },
  { rows: 333, channels: 17, split: false },
  { rows: 2005, channels: 3, split: true },
  { rows: 5000, channels: 1, split: true },
];

for (const mode of await gpuModes()) {
  t.test(`mode ${mode}: training and gradients are as near to float64 as sums of float32 allow`, async (t) => {
    const memory = await openGpuMemory(mode);
    for (const { rows, channels, split } of sizes) {
      const one = trainingCase(rows, channels);
      const shapes = trainingShapes(rows, channels);
      t.equal(gpuCall(batchNormTrainingKernel, one.operands, shapes, OPTIONS).passes.length, split ? 7 : 5);
      checkTraining(one, await runOnGpu(memory, batchNormTrainingKernel, one.operands, shapes, OPTIONS));
      for (const kernel of [batchNormGradKernel, batchNormInferenceGradKernel]) {
        const gradients = gradientCase(kernel, rows, channels);
        const outputs = gradientShapes(rows, channels);
        t.equal(gpuCall(kernel, gradients.operands, outputs, OPTIONS).passes.length, split ? 5 : 3);
        checkGradients(gradients, await runOnGpu(memory, kernel, gradients.operands, outputs, OPTIONS));
      }
    }
  });

  t.test(`mode ${mode}: neither a mean far from zero nor a first row far from the mean costs digits`, async (t) => {
    const memory = await openGpuMemory(mode);
    for (const one of [farFromZero(3), firstRowApart(3), drifting(3)]) {
      const shapes = trainingShapes(one.rows, one.channels);
      checkTraining(one, await runOnGpu(memory, batchNormTrainingKernel, one.operands, shapes, OPTIONS));
    }
    const constant = operand([100, 3], () => float32(0.1));
    const beta = operand([3], () => 0.25);
    const [y, mean, variance] = await runOnGpu(
      memory,
      batchNormTrainingKernel,
      [constant, undefined, beta],
      trainingShapes(100, 3),
      OPTIONS,
    );
    t.ok(
      y?.every((value) => value === 0.25),
      'a constant channel gives beta exactly',
    );
    t.strictSame([...(mean ?? [])], [float32(0.1), float32(0.1), float32(0.1)]);
    t.strictSame([...(variance ?? [])], [0, 0, 0]);
  });
}
