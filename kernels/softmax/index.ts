/** Softmax and log-softmax over the last axis, and their gradients. Options: none. All shapes are equal. */
import { sizeOf, type Shape } from '../../src/tensor/shape.ts';
import type { Kernel } from '../contract.ts';
import { runLogSoftmax, runLogSoftmaxGrad, runSoftmax, runSoftmaxGrad } from './cpu.ts';
import { logSoftmaxCall, logSoftmaxGradCall, softmaxCall, softmaxGradCall } from './wasm.ts';

export interface RowsGeometry {
  readonly rows: number;
  /** Length of the last axis. */
  readonly length: number;
}

export type SoftmaxKernel = Kernel<unknown, RowsGeometry>;

function planRows(inputs: readonly (Shape | undefined)[]): RowsGeometry {
  const shape = inputs[0]!;
  return { rows: sizeOf(shape.slice(0, -1)), length: shape.at(-1) ?? 1 };
}

/** y = e^(x - max) / sum of e^(x - max). */
export const softmaxKernel: SoftmaxKernel = {
  name: 'softmax',
  plan: planRows,
  cpu: (inputs, outputs, { rows, length }) => runSoftmax(outputs[0]!, inputs[0]!, rows, length),
  wasm: softmaxCall,
  flops: ({ rows, length }) => 5 * rows * length,
};

/** Inputs (y, dy), y being softmax's output: dx = y (dy - sum of dy y). */
export const softmaxGradKernel: SoftmaxKernel = {
  name: 'softmaxGrad',
  plan: planRows,
  cpu: (inputs, outputs, { rows, length }) => runSoftmaxGrad(outputs[0]!, inputs[0]!, inputs[1]!, rows, length),
  wasm: softmaxGradCall,
  flops: ({ rows, length }) => 4 * rows * length,
};

/** y = x - max - ln(sum of e^(x - max)). */
export const logSoftmaxKernel: SoftmaxKernel = {
  name: 'logSoftmax',
  plan: planRows,
  cpu: (inputs, outputs, { rows, length }) => runLogSoftmax(outputs[0]!, inputs[0]!, rows, length),
  wasm: logSoftmaxCall,
  flops: ({ rows, length }) => 6 * rows * length,
};

/** Inputs (y, dy), y being logSoftmax's output: dx = dy - e^y sum of dy. */
export const logSoftmaxGradKernel: SoftmaxKernel = {
  name: 'logSoftmaxGrad',
  plan: planRows,
  cpu: (inputs, outputs, { rows, length }) => runLogSoftmaxGrad(outputs[0]!, inputs[0]!, inputs[1]!, rows, length),
  wasm: logSoftmaxGradCall,
  flops: ({ rows, length }) => 4 * rows * length,
};
