/** A block of x: `out[i] = x[begin + i * step]` along every axis; the output's shape gives the sizes. */
import { stridesOf } from '../../src/tensor/shape.ts';
import type { Kernel } from '../contract.ts';
import { planCopy, runCopy, type Copy } from '../strided/copy.ts';
import { copyCall } from '../strided/wasm.ts';

export interface SliceOptions {
  /** Index of the first element along each axis. */
  readonly begin: readonly number[];
  /** Distance between elements along each axis, negative ones walk backwards; 1 by default. */
  readonly steps?: readonly number[];
}

export const sliceKernel: Kernel<SliceOptions, Copy> = {
  name: 'slice',
  plan(inputs, outputs, { begin, steps }) {
    const strides = stridesOf(inputs[0]!);
    const start = begin.reduce((offset, index, axis) => offset + index * strides[axis]!, 0);
    const stepped = strides.map((stride, axis) => stride * (steps?.[axis] ?? 1));
    const shape = outputs[0]!;
    return planCopy(shape, { start: 0, strides: stridesOf(shape) }, { start, strides: stepped });
  },
  cpu: (inputs, outputs, copy) => runCopy(outputs[0]!, inputs[0]!, copy),
  wasm: copyCall,
  exact: true,
  flops: () => 0,
};
