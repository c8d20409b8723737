/** x read backwards along some axes. */
import { sizeOf, stridesOf } from '../../src/tensor/shape.ts';
import type { Kernel } from '../contract.ts';
import { planCopy, runCopy, type Copy } from '../strided/copy.ts';
import { copyCall } from '../strided/wasm.ts';

export interface ReverseOptions {
  readonly axes: readonly number[];
}

export const reverseKernel: Kernel<ReverseOptions, Copy> = {
  name: 'reverse',
  plan(inputs, _outputs, { axes }) {
    const shape = inputs[0]!;
    const out = stridesOf(shape);
    const strides = out.map((stride, axis) => (axes.includes(axis) ? -stride : stride));
    const start = sizeOf(shape) === 0 ? 0 : axes.reduce((sum, axis) => sum + (shape[axis]! - 1) * out[axis]!, 0);
    return planCopy(shape, { start: 0, strides: out }, { start, strides });
  },
  cpu: (inputs, outputs, copy) => runCopy(outputs[0]!, inputs[0]!, copy),
  wasm: copyCall,
  exact: true,
  flops: () => 0,
};
