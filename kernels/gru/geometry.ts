/**
 * What the GRU loops need: sizes, flags, the layouts of their products and the scratch they work in.
 * One place for forward and backward, so that both read the saved arrays alike.
 */
import type { Shape } from '../../src/tensor/shape.ts';
import { type DropoutLayout, maskGroups } from '../recurrent/dropout.ts';
import { planInput, planInputGradient } from '../recurrent/input.ts';
import { type Product, planProduct } from '../recurrent/product.ts';
import { withScratch } from '../recurrent/scratch.ts';
import { SUMMED_ROWS } from '../recurrent/sums.ts';

/** Options of the GRU kernels. */
export interface GruOptions {
  /** Applies the reset gate to the product of the state, not to the state; the state then has a bias of its own. */
  readonly resetAfter: boolean;
  /** Processes the last step first; the sequence comes out in processing order. */
  readonly goBackwards: boolean;
  /** The output of a masked step is zero instead of the hidden state carried over. The state is carried either way. */
  readonly zeroOutputForMask: boolean;
}

/** Sizes shared by forward and backward. */
export interface GruSizes extends GruOptions {
  readonly batch: number;
  readonly steps: number;
  readonly features: number;
  readonly units: number;
  /** Masks per sample for the input and for the hidden state: 1, or 3 when each gate has its own. */
  readonly inputLayout: DropoutLayout;
  readonly hiddenLayout: DropoutLayout;
}

/** Geometry of the forward pass. */
export interface GruGeometry extends GruSizes {
  /** `x kernel` for all steps at once. */
  readonly inputProduct: Product;
  /** `h recurrentKernel` for z and r of one step: together, or one product each when each has its own mask. */
  readonly gateProducts: readonly Product[];
  /** The candidate's part of it, into the saved products (`resetAfter`) or from the saved states into the gates. */
  readonly candidateProduct: Product;
  /** What each row of gates starts from. */
  readonly startingGates: Float64Array;
  /** `x * inputDropout`, `[batch, steps, features]`; empty without dropout. */
  readonly maskedInput: Float64Array;
  /** `h * recurrentDropout`, `[batch, units]`. */
  readonly maskedHidden: Float64Array;
}

/** Geometry of the backward pass. */
export interface GruGradGeometry extends GruSizes {
  /** `dPreactivations kernelᵀ` for all steps at once. */
  readonly inputProduct: Product;
  /** `dPreactivations recurrentKernelᵀ` for z and r of one step, and for the candidate. */
  readonly gateProducts: readonly Product[];
  readonly candidateProduct: Product;
  /** Sums over up to `depth` rows of `[batch * steps]`: for the kernel, for z and r and for the candidate of the other. */
  readonly kernelProduct: Product;
  readonly gateKernelProduct: Product;
  readonly candidateKernelProduct: Product;
  /** Gradients of the gates before activation, in time order: `[batch, steps, 3 * units]`. */
  readonly dPreactivations: Float64Array;
  /** With `resetAfter`: the gradient of q_h, in time order: `[batch, steps, units]`; else empty. */
  readonly dInner: Float64Array;
  /** The hidden state that each step started from, in time order: `[batch, steps, units]`. */
  readonly previousHidden: Float64Array;
  /** Gradient of the state, carried from step to step: `[batch, units]`. */
  readonly dHidden: Float64Array;
  /** Gradient of `h * recurrentDropout`, or of `r h * recurrentDropout`, for one step: `[batch, units]`. */
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

/** Geometry of `gruKernel`. */
export function planGru(inputs: readonly (Shape | undefined)[], options: GruOptions): GruGeometry {
  const sizes = resolveSizes(inputs, options);
  const { batch, steps, features, units, inputLayout, hiddenLayout, resetAfter } = sizes;
  const gates = 3 * units;
  const planRecurrent = (columns: number, leftRowStride: number, outRowStride: number) =>
    planProduct({
      rows: batch,
      columns,
      depth: units,
      leftRowStride,
      leftDepthStride: 1,
      rightDepthStride: gates,
      rightColumnStride: 1,
      outRowStride,
    });
  return withScratch(sizes, {
    inputProduct: () => planInput(inputLayout, gates),
    gateProducts: () => gateWidths(hiddenLayout, units).map((width) => planRecurrent(width, units, steps * gates)),
    candidateProduct: () =>
      resetAfter ? planRecurrent(units, units, steps * units) : planRecurrent(units, steps * units, steps * gates),
    startingGates: () => new Float64Array(gates),
    maskedInput: () => new Float64Array(inputs[6] === undefined ? 0 : batch * steps * features),
    maskedHidden: () => new Float64Array(batch * units),
  });
}

/** Geometry of `gruGradKernel`. */
export function planGruGrad(inputs: readonly (Shape | undefined)[], options: GruOptions): GruGradGeometry {
  const sizes = resolveSizes(inputs, options);
  const { batch, steps, features, units, inputLayout, hiddenLayout, resetAfter } = sizes;
  const gates = 3 * units;
  const planRecurrent = (depth: number, leftRowStride: number) =>
    planProduct({
      rows: batch,
      columns: units,
      depth,
      leftRowStride,
      leftDepthStride: 1,
      rightDepthStride: 1,
      rightColumnStride: gates,
      outRowStride: units,
    });
  const planWeights = (rows: number, columns: number, rightDepthStride: number) =>
    planProduct({
      rows,
      columns,
      depth: Math.min(SUMMED_ROWS, batch * steps),
      leftRowStride: 1,
      leftDepthStride: rows,
      rightDepthStride,
      rightColumnStride: 1,
      outRowStride: gates,
    });
  const widths = gateWidths(hiddenLayout, units);
  return withScratch(sizes, {
    inputProduct: () => planInputGradient(inputLayout, gates),
    gateProducts: () => widths.map((width) => planRecurrent(width, steps * gates)),
    candidateProduct: () => planRecurrent(units, steps * (resetAfter ? units : gates)),
    kernelProduct: () => planWeights(features, gates / inputLayout.groups, gates),
    gateKernelProduct: () => planWeights(units, widths[0] ?? 0, gates),
    candidateKernelProduct: () => planWeights(units, units, resetAfter ? units : gates),
    dPreactivations: () => new Float64Array(batch * steps * gates),
    dInner: () => new Float64Array(resetAfter ? batch * steps * units : 0),
    previousHidden: () => new Float64Array(batch * steps * units),
    dHidden: () => new Float64Array(batch * units),
    dMaskedHidden: () => new Float64Array(batch * units),
    maskedInput: () => new Float64Array(inputs[6] === undefined ? 0 : batch * steps * features),
    maskedPreviousHidden: () => new Float64Array(inputs[7] === undefined ? 0 : batch * steps * units),
    dInput: () => new Float64Array(inputs[6] === undefined ? 0 : batch * steps * features),
    dKernel: () => new Float64Array(features * gates),
    dRecurrentKernel: () => new Float64Array(units * gates),
    dBias: () => new Float64Array(resetAfter ? 2 * gates : gates),
  });
}

/** Columns of the products for z and r. */
function gateWidths({ groups }: DropoutLayout, units: number): readonly number[] {
  return groups === 1 ? [2 * units] : [units, units];
}

/** Inputs 0 to 7 are the same for forward and backward. */
function resolveSizes(inputs: readonly (Shape | undefined)[], options: GruOptions): GruSizes {
  const [batch, steps, features] = inputs[0] as [number, number, number];
  const [units] = inputs[2] as [number, number];
  return {
    resetAfter: options.resetAfter,
    goBackwards: options.goBackwards,
    zeroOutputForMask: options.zeroOutputForMask,
    batch,
    steps,
    features,
    units,
    inputLayout: { batch, steps, width: features, groups: maskGroups(inputs[6], features, 3) },
    hiddenLayout: { batch, steps: 1, width: units, groups: maskGroups(inputs[7], units, 3) },
  };
}
