/** Cross-entropy of logits `[..., classes]` with probabilities of the same shape, one loss per row, and its gradient. Options: none. */
import type { Shape } from '../../src/tensor/shape.ts';
import type { Kernel } from '../contract.ts';
import { softmaxKernel, type RowsGeometry } from '../softmax/index.ts';
import { runCrossEntropy, runCrossEntropyGrad } from './cpu.ts';
import { crossEntropyCall, crossEntropyGradCall } from './wasm.ts';

export type CrossEntropyKernel = Kernel<unknown, RowsGeometry>;

const plan = (inputs: readonly (Shape | undefined)[], outputs: readonly Shape[]): RowsGeometry =>
  softmaxKernel.plan(inputs, outputs, undefined);

/** Inputs (logits, targets): -sum of targets ln(softmax(logits)) over each row. */
export const softmaxCrossEntropyKernel: CrossEntropyKernel = {
  name: 'softmaxCrossEntropy',
  plan,
  cpu: (inputs, outputs, { rows, length }) => runCrossEntropy(outputs[0]!, inputs[0]!, inputs[1]!, rows, length),
  wasm: crossEntropyCall,
  flops: ({ rows, length }) => 7 * rows * length,
};

/** Inputs (logits, targets, dLoss): dLogits = dLoss (softmax(logits) (sum of targets) - targets). */
export const softmaxCrossEntropyGradKernel: CrossEntropyKernel = {
  name: 'softmaxCrossEntropyGrad',
  plan,
  cpu: (inputs, outputs, { rows, length }) =>
    runCrossEntropyGrad(outputs[0]!, inputs[0]!, inputs[1]!, inputs[2]!, rows, length),
  wasm: crossEntropyGradCall,
  flops: ({ rows, length }) => 8 * rows * length,
};
