/**
 * What the LSTM loops need: sizes, flags, the layouts of their products and the scratch they work in.
 * One place for forward and backward, so that both read the saved arrays alike.
 */
import type { Shape } from '../../src/tensor/shape.ts';
import { type DropoutLayout, maskGroups } from '../recurrent/dropout.ts';
import { planInput, planInputGradient } from '../recurrent/input.ts';
import { type Product, planProduct } from '../recurrent/product.ts';
import { withScratch } from '../recurrent/scratch.ts';
import { SUMMED_ROWS } from '../recurrent/sums.ts';

/** Options of the LSTM kernels. */
export interface LstmOptions {
  /** Processes the last step first; the sequence comes out in processing order. */
  readonly goBackwards: boolean;
  /** The output of a masked step is zero instead of the hidden state carried over. The states are carried either way. */
  readonly zeroOutputForMask: boolean;
}

/** Sizes shared by forward and backward. */
export interface LstmSizes extends LstmOptions {
  readonly batch: number;
  readonly steps: number;
  readonly features: number;
  readonly units: number;
  /** Masks per sample for the input and for the hidden state: 1, or 4 when each gate has its own. */
  readonly inputLayout: DropoutLayout;
  readonly hiddenLayout: DropoutLayout;
}

/** Geometry of the forward pass. */
export interface LstmGeometry extends LstmSizes {
  /** `x kernel` for all steps at once. */
  readonly inputProduct: Product;
  /** `h recurrentKernel` for one step, one product for each hidden mask: its weights stay packed over the steps. */
  readonly recurrentProducts: readonly Product[];
  /** `x * inputDropout`, `[batch, steps, features]`; empty without dropout. */
  readonly maskedInput: Float64Array;
  /** `h * recurrentDropout`, `[batch, units]`. */
  readonly maskedHidden: Float64Array;
}

/** Geometry of the backward pass. */
export interface LstmGradGeometry extends LstmSizes {
  /** `dPreactivations kernelᵀ` for all steps at once. */
  readonly inputProduct: Product;
  /** `dPreactivations recurrentKernelᵀ` for one step, one product for each hidden mask. */
  readonly recurrentProducts: readonly Product[];
  /** `xᵀ dPreactivations` and `hᵀ dPreactivations` for up to `depth` rows of `[batch * steps]`. */
  readonly kernelProduct: Product;
  readonly recurrentKernelProduct: Product;
  /** Gradients of the gates before activation, in time order: `[batch, steps, 4 * units]`. */
  readonly dPreactivations: Float64Array;
  /** The hidden state that each step started from, in time order: `[batch, steps, units]`. */
  readonly previousHidden: Float64Array;
  /** Gradients of the states, carried from step to step: `[batch, units]`. */
  readonly dHidden: Float64Array;
  readonly dCell: Float64Array;
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

/** Geometry of `lstmKernel`. */
export function planLstm(inputs: readonly (Shape | undefined)[], options: LstmOptions): LstmGeometry {
  const sizes = resolveSizes(inputs, options);
  const { batch, steps, features, units, inputLayout, hiddenLayout } = sizes;
  const gates = 4 * units;
  const planRecurrent = () =>
    planProduct({
      rows: batch,
      columns: gates / hiddenLayout.groups,
      depth: units,
      leftRowStride: units,
      leftDepthStride: 1,
      rightDepthStride: gates,
      rightColumnStride: 1,
      outRowStride: steps * gates,
    });
  return withScratch(sizes, {
    inputProduct: () => planInput(inputLayout, gates),
    recurrentProducts: () => Array.from({ length: hiddenLayout.groups }, planRecurrent),
    maskedInput: () => new Float64Array(inputs[7] === undefined ? 0 : batch * steps * features),
    maskedHidden: () => new Float64Array(batch * units),
  });
}

/** Geometry of `lstmGradKernel`. */
export function planLstmGrad(inputs: readonly (Shape | undefined)[], options: LstmOptions): LstmGradGeometry {
  const sizes = resolveSizes(inputs, options);
  const { batch, steps, features, units, inputLayout, hiddenLayout } = sizes;
  const gates = 4 * units;
  const planRecurrent = () =>
    planProduct({
      rows: batch,
      columns: units,
      depth: gates / hiddenLayout.groups,
      leftRowStride: steps * gates,
      leftDepthStride: 1,
      rightDepthStride: 1,
      rightColumnStride: gates,
      outRowStride: units,
    });
  const planWeights = (width: number, groups: number) =>
    planProduct({
      rows: width,
      columns: gates / groups,
      depth: Math.min(SUMMED_ROWS, batch * steps),
      leftRowStride: 1,
      leftDepthStride: width,
      rightDepthStride: gates,
      rightColumnStride: 1,
      outRowStride: gates,
    });
  return withScratch(sizes, {
    inputProduct: () => planInputGradient(inputLayout, gates),
    recurrentProducts: () => Array.from({ length: hiddenLayout.groups }, planRecurrent),
    kernelProduct: () => planWeights(features, inputLayout.groups),
    recurrentKernelProduct: () => planWeights(units, hiddenLayout.groups),
    dPreactivations: () => new Float64Array(batch * steps * gates),
    previousHidden: () => new Float64Array(batch * steps * units),
    dHidden: () => new Float64Array(batch * units),
    dCell: () => new Float64Array(batch * units),
    dMaskedHidden: () => new Float64Array(batch * units),
    maskedInput: () => new Float64Array(inputs[7] === undefined ? 0 : batch * steps * features),
    maskedPreviousHidden: () => new Float64Array(inputs[8] === undefined ? 0 : batch * steps * units),
    dInput: () => new Float64Array(inputs[7] === undefined ? 0 : batch * steps * features),
    dKernel: () => new Float64Array(features * gates),
    dRecurrentKernel: () => new Float64Array(units * gates),
    dBias: () => new Float64Array(gates),
  });
}

/** Inputs 0 to 8 are the same for forward and backward: x, kernel, recurrentKernel, ..., inputDropout, recurrentDropout. */
function resolveSizes(inputs: readonly (Shape | undefined)[], options: LstmOptions): LstmSizes {
  const [batch, steps, features] = inputs[0] as [number, number, number];
  const [units] = inputs[2] as [number, number];
  return {
    goBackwards: options.goBackwards,
    zeroOutputForMask: options.zeroOutputForMask,
    batch,
    steps,
    features,
    units,
    inputLayout: { batch, steps, width: features, groups: maskGroups(inputs[7], features, 4) },
    hiddenLayout: { batch, steps: 1, width: units, groups: maskGroups(inputs[8], units, 4) },
  };
}
