/** Any number of inputs side by side along one axis. */
import { stridesOf } from '../../src/tensor/shape.ts';
import type { Kernel } from '../contract.ts';
import { planCopy, runCopy, type Copy } from '../strided/copy.ts';

export interface ConcatOptions {
  readonly axis: number;
}

export const concatKernel: Kernel<ConcatOptions, readonly Copy[]> = {
  name: 'concat',
  plan(inputs, outputs, { axis }) {
    const strides = stridesOf(outputs[0]!);
    let start = 0;
    return inputs.map((shape) => {
      const copy = planCopy(shape!, { start, strides }, { start: 0, strides: stridesOf(shape!) });
      start += shape![axis]! * strides[axis]!;
      return copy;
    });
  },
  cpu(inputs, outputs, copies) {
    for (let k = 0; k < inputs.length; k++) runCopy(outputs[0]!, inputs[k]!, copies[k]!);
  },
  flops: () => 0,
};
