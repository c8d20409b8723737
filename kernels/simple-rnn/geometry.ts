/**
 * What the loops of the simple recurrence need: sizes, flags, the layouts of their products and the scratch they work in.
 * One place for forward and backward, so that both read the saved arrays alike.
 */
import type { Shape } from '../../src/tensor/shape.ts';
import type { DropoutLayout } from '../recurrent/dropout.ts';
import { planInput, planInputGradient } from '../recurrent/input.ts';
import { type Product, planProduct } from '../recurrent/product.ts';
import { withScratch } from '../recurrent/scratch.ts';
import { SUMMED_ROWS } from '../recurrent/sums.ts';

/** Options of the kernels. */
export interface SimpleRnnOptions {
  /** Processes the last step first; the sequence comes out in processing order. */
  readonly goBackwards: boolean;
  /** The output of a masked step is zero instead of the hidden state carried over. The state is carried either way. */
  readonly zeroOutputForMask: boolean;
}

/** Sizes shared by forward and backward. */
export interface SimpleRnnSizes extends SimpleRnnOptions {
  readonly batch: number;
  readonly steps: number;
  readonly features: number;
  readonly units: number;
  readonly inputLayout: DropoutLayout;
  readonly hiddenLayout: DropoutLayout;
}

/** Geometry of the forward pass. */
export interface SimpleRnnGeometry extends SimpleRnnSizes {
  /** `x kernel` for all steps at once. */
  readonly inputProduct: Product;
  /** `h recurrentKernel` for one step. */
  readonly recurrentProduct: Product;
  /** `x * inputDropout`, `[batch, steps, features]`; empty without dropout. */
  readonly maskedInput: Float64Array;
  /** `h * recurrentDropout`, `[batch, units]`. */
  readonly maskedHidden: Float64Array;
}

/** Geometry of the backward pass. */
export interface SimpleRnnGradGeometry extends SimpleRnnSizes {
  /** `dPreactivations kernelᵀ` for all steps at once. */
  readonly inputProduct: Product;
  /** `dPreactivations recurrentKernelᵀ` for one step. */
  readonly recurrentProduct: Product;
  /** `xᵀ dPreactivations` and `hᵀ dPreactivations` for up to `depth` rows of `[batch * steps]`. */
  readonly kernelProduct: Product;
  readonly recurrentKernelProduct: Product;
  /** Gradients of the states before activation, in time order: `[batch, steps, units]`. */
  readonly dPreactivations: Float64Array;
  /** The hidden state that each step started from, in time order: `[batch, steps, units]`. */
  readonly previousHidden: Float64Array;
  /** Gradient of the state, carried from step to step: `[batch, units]`. */
  readonly dHidden: Float64Array;
  /** Gradient of `h * recurrentDropout` for one step: `[batch, units]`. */
  readonly dMaskedHidden: Float64Array;
  /** `x * inputDropout`, then its gradient; empty without dropout. */
  readonly maskedInput: Float64Array;
  /** `previousHidden * recurrentDropout`; empty without dropout. */
  readonly maskedPreviousHidden: Float64Array;
  readonly dInput: Float64Array;
  readonly dKernel: Float64Array;
  readonly dRecurrentKernel: Float64Array;
  readonly dBias: Float64Array;
}

/** Geometry of `simpleRnnKernel`. */
export function planSimpleRnn(inputs: readonly (Shape | undefined)[], options: SimpleRnnOptions): SimpleRnnGeometry {
  const sizes = resolveSizes(inputs, options);
  const { batch, steps, features, units, inputLayout } = sizes;
  return withScratch(sizes, {
    inputProduct: () => planInput(inputLayout, units),
    recurrentProduct: () =>
      planProduct({
        rows: batch,
        columns: units,
        depth: units,
        leftRowStride: units,
        leftDepthStride: 1,
        rightDepthStride: units,
        rightColumnStride: 1,
        outRowStride: steps * units,
      }),
    maskedInput: () => new Float64Array(inputs[6] === undefined ? 0 : batch * steps * features),
    maskedHidden: () => new Float64Array(batch * units),
  });
}

/** Geometry of `simpleRnnGradKernel`. */
export function planSimpleRnnGrad(
  inputs: readonly (Shape | undefined)[],
  options: SimpleRnnOptions,
): SimpleRnnGradGeometry {
  const sizes = resolveSizes(inputs, options);
  const { batch, steps, features, units, inputLayout } = sizes;
  const planWeights = (rows: number) =>
    planProduct({
      rows,
      columns: units,
      depth: Math.min(SUMMED_ROWS, batch * steps),
      leftRowStride: 1,
      leftDepthStride: rows,
      rightDepthStride: units,
      rightColumnStride: 1,
      outRowStride: units,
    });
  const inputs3d = batch * steps * features;
  const states = batch * steps * units;
  return withScratch(sizes, {
    inputProduct: () => planInputGradient(inputLayout, units),
    recurrentProduct: () =>
      planProduct({
        rows: batch,
        columns: units,
        depth: units,
        leftRowStride: steps * units,
        leftDepthStride: 1,
        rightDepthStride: 1,
        rightColumnStride: units,
        outRowStride: units,
      }),
    kernelProduct: () => planWeights(features),
    recurrentKernelProduct: () => planWeights(units),
    dPreactivations: () => new Float64Array(states),
    previousHidden: () => new Float64Array(states),
    dHidden: () => new Float64Array(batch * units),
    dMaskedHidden: () => new Float64Array(batch * units),
    maskedInput: () => new Float64Array(inputs[6] === undefined ? 0 : inputs3d),
    maskedPreviousHidden: () => new Float64Array(inputs[7] === undefined ? 0 : states),
    dInput: () => new Float64Array(inputs[6] === undefined ? 0 : inputs3d),
    dKernel: () => new Float64Array(features * units),
    dRecurrentKernel: () => new Float64Array(units * units),
    dBias: () => new Float64Array(units),
  });
}

/** Inputs 0 to 7 are the same for forward and backward. */
function resolveSizes(inputs: readonly (Shape | undefined)[], options: SimpleRnnOptions): SimpleRnnSizes {
  const [batch, steps, features] = inputs[0] as [number, number, number];
  const [units] = inputs[2] as [number, number];
  return {
    goBackwards: options.goBackwards,
    zeroOutputForMask: options.zeroOutputForMask,
    batch,
    steps,
    features,
    units,
    inputLayout: { batch, steps, width: features, groups: 1 },
    hiddenLayout: { batch, steps: 1, width: units, groups: 1 },
  };
}
