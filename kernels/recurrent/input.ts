/** The input's side of a recurrence: its product with the kernel for all steps at once, and that product's gradients. */
import type { FloatArray } from '../contract.ts';
import { addMasked, applyMask, type DropoutLayout } from './dropout.ts';
import { addProduct, packRight, planProduct, type Product } from './product.ts';

/** The product of `projectInput`: x of all steps with the columns of one group of gates. */
export function planInput({ batch, steps, width, groups }: DropoutLayout, gateCount: number): Product {
  return planProduct({
    rows: batch * steps,
    columns: gateCount / groups,
    depth: width,
    leftRowStride: width,
    leftDepthStride: 1,
    rightDepthStride: gateCount,
    rightColumnStride: 1,
    outRowStride: gateCount,
  });
}

/** `gates += (x * dropout) kernel`, rows of `gateCount` numbers in time order. */
export function projectInput(
  product: Product,
  layout: DropoutLayout,
  x: FloatArray,
  dropout: FloatArray | undefined,
  maskedInput: Float64Array,
  kernel: FloatArray,
  gates: FloatArray,
  gateCount: number,
): void {
  const { width, groups } = layout;
  for (let group = 0; group < groups; group++) {
    const column = (group * gateCount) / groups;
    if (dropout !== undefined) applyMask(layout, x, dropout, group, maskedInput);
    packRight(product, kernel, column, width);
    addProduct(product, dropout === undefined ? x : maskedInput, 0, gates, column, width);
  }
}

/** The product of `writeInputGradient`: one group's gradients of all steps with its columns, transposed. */
export function planInputGradient({ batch, steps, width, groups }: DropoutLayout, gateCount: number): Product {
  return planProduct({
    rows: batch * steps,
    columns: width,
    depth: gateCount / groups,
    leftRowStride: gateCount,
    leftDepthStride: 1,
    rightDepthStride: 1,
    rightColumnStride: gateCount,
    outRowStride: width,
  });
}

/** `dx = (dGates kernelᵀ) * dropout`. Scratch: `maskedInput` and `dInput`, of x's size where there is dropout. */
export function writeInputGradient(
  product: Product,
  layout: DropoutLayout,
  kernel: FloatArray,
  dropout: FloatArray | undefined,
  dGates: Float64Array,
  gateCount: number,
  maskedInput: Float64Array,
  dInput: Float64Array,
  dx: FloatArray,
): void {
  const groups = layout.groups;
  const groupWidth = gateCount / groups;
  if (dropout === undefined) {
    dx.fill(0);
    packRight(product, kernel, 0, groupWidth);
    addProduct(product, dGates, 0, dx, 0, groupWidth);
    return;
  }
  dInput.fill(0);
  for (let group = 0; group < groups; group++) {
    maskedInput.fill(0);
    packRight(product, kernel, group * groupWidth, groupWidth);
    addProduct(product, dGates, group * groupWidth, maskedInput, 0, groupWidth);
    addMasked(layout, maskedInput, dropout, group, dInput);
  }
  dx.set(dInput);
}
