/**
 * Batch normalisation, `y = gamma (x - mean) / sqrt(variance + epsilon) + beta`, channels on the last axis of
 * x `[..., channels]`; every other array is `[channels]`. A missing gamma is one, a missing beta zero.
 */
import type { Kernel } from '../contract.ts';
import { batchNormInferenceCpu, batchNormTrainingCpu } from './cpu.ts';
import { type BatchNormGeometry, type BatchNormOptions, planBatchNorm } from './geometry.ts';
import { batchNormGradCpu, batchNormInferenceGradCpu } from './grad-cpu.ts';
import { batchNormGradWasm, batchNormInferenceGradWasm } from './grad-wasm.ts';
import { batchNormInferenceWasm, batchNormTrainingWasm } from './wasm.ts';

export type { BatchNormGeometry, BatchNormOptions } from './geometry.ts';

/**
 * With the moments of the batch.
 * Inputs: 0 x, 1 gamma (optional), 2 beta (optional).
 * Outputs: 0 y, 1 mean, 2 variance (biased: divided by the number of rows), 3 inverse standard deviation.
 */
export const batchNormTrainingKernel: Kernel<BatchNormOptions, BatchNormGeometry> = {
  name: 'batchNormTraining',
  plan(inputs, _outputs, options) {
    return planBatchNorm(inputs[0]!, options.epsilon);
  },
  cpu: batchNormTrainingCpu,
  wasm: batchNormTrainingWasm,
  flops({ rows, channels }) {
    return 7 * rows * channels;
  },
};

/**
 * Gradient of `batchNormTrainingKernel` through the moments.
 * Inputs: 0 x, 1 gamma (optional), 2 mean, 3 inverse standard deviation, 4 dy. Outputs: 0 dx, 1 dgamma, 2 dbeta.
 */
export const batchNormGradKernel: Kernel<unknown, BatchNormGeometry> = {
  name: 'batchNormGrad',
  plan(inputs) {
    return planBatchNorm(inputs[0]!, 0);
  },
  cpu: batchNormGradCpu,
  wasm: batchNormGradWasm,
  flops({ rows, channels }) {
    return 9 * rows * channels;
  },
};

/**
 * With given moments.
 * Inputs: 0 x, 1 gamma (optional), 2 beta (optional), 3 moving mean, 4 moving variance. Output: 0 y.
 */
export const batchNormInferenceKernel: Kernel<BatchNormOptions, BatchNormGeometry> = {
  name: 'batchNormInference',
  plan(inputs, _outputs, options) {
    return planBatchNorm(inputs[0]!, options.epsilon);
  },
  cpu: batchNormInferenceCpu,
  wasm: batchNormInferenceWasm,
  flops({ rows, channels }) {
    return 3 * rows * channels;
  },
  inPlace: [[0]],
};

/**
 * Gradient of `batchNormInferenceKernel`; the moments are constants.
 * Inputs: 0 x, 1 gamma (optional), 2 moving mean, 3 moving variance, 4 dy. Outputs: 0 dx, 1 dgamma, 2 dbeta.
 */
export const batchNormInferenceGradKernel: Kernel<BatchNormOptions, BatchNormGeometry> = {
  name: 'batchNormInferenceGrad',
  plan(inputs, _outputs, options) {
    return planBatchNorm(inputs[0]!, options.epsilon);
  },
  cpu: batchNormInferenceGradCpu,
  wasm: batchNormInferenceGradWasm,
  flops({ rows, channels }) {
    return 5 * rows * channels;
  },
  inPlace: [[4]],
};
