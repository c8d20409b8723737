/** x inside a larger array of one value: `before` cells come first along each axis, the output's shape gives the rest. */
import { stridesOf } from '../../src/tensor/shape.ts';
import type { Kernel } from '../contract.ts';
import { planCopy, runCopy, type Copy } from '../strided/copy.ts';
import { padCall, planLevels, type PadLevel } from './wasm.ts';

export interface PadOptions {
  readonly before: readonly number[];
  readonly value: number;
}

export interface PadGeometry {
  readonly value: number;
  readonly copy: Copy;
  readonly levels: readonly PadLevel[];
}

export const padKernel: Kernel<PadOptions, PadGeometry> = {
  name: 'pad',
  plan(inputs, outputs, { before, value }) {
    const shape = inputs[0]!;
    const strides = stridesOf(outputs[0]!);
    const start = before.reduce((offset, cells, axis) => offset + cells * strides[axis]!, 0);
    return {
      value,
      copy: planCopy(shape, { start, strides }, { start: 0, strides: stridesOf(shape) }),
      levels: planLevels(shape, outputs[0]!, before),
    };
  },
  cpu(inputs, outputs, { value, copy }) {
    outputs[0]!.fill(value);
    runCopy(outputs[0]!, inputs[0]!, copy);
  },
  wasm: ({ levels, value }) => padCall(levels, value),
  exact: true,
  flops: () => 0,
};
