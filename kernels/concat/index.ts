/** Any number of inputs side by side along one axis. */
import { sizeOf, stridesOf } from '../../src/tensor/shape.ts';
import type { Kernel } from '../contract.ts';
import { planCopy, runCopy, type Copy } from '../strided/copy.ts';
import { concatCall } from './wasm.ts';

export interface ConcatOptions {
  readonly axis: number;
}

export interface ConcatGeometry {
  readonly copies: readonly Copy[];
  /** Positions along the axes before the one that is joined. */
  readonly outer: number;
  /** Elements of each input at one of them. */
  readonly lengths: readonly number[];
}

export const concatKernel: Kernel<ConcatOptions, ConcatGeometry> = {
  name: 'concat',
  plan(inputs, outputs, { axis }) {
    const strides = stridesOf(outputs[0]!);
    let start = 0;
    const copies = inputs.map((shape) => {
      const copy = planCopy(shape!, { start, strides }, { start: 0, strides: stridesOf(shape!) });
      start += shape![axis]! * strides[axis]!;
      return copy;
    });
    const lengths = inputs.map((shape) => sizeOf(shape!.slice(axis)));
    return { copies, outer: sizeOf(outputs[0]!.slice(0, axis)), lengths };
  },
  cpu(inputs, outputs, { copies }) {
    for (let k = 0; k < inputs.length; k++) runCopy(outputs[0]!, inputs[k]!, copies[k]!);
  },
  wasm: ({ outer, lengths }) => concatCall(outer, lengths),
  exact: true,
  flops: () => 0,
};
