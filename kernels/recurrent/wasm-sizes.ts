/** The numbers that the calls of all recurrences pass. */
import type { DropoutLayout } from './dropout.ts';
import { productBytes } from './wasm-product.ts';

export interface RecurrentSizes {
  readonly batch: number;
  readonly steps: number;
  readonly features: number;
  readonly units: number;
  readonly goBackwards: boolean;
  readonly zeroOutputForMask: boolean;
  readonly inputLayout: DropoutLayout;
  readonly hiddenLayout: DropoutLayout;
}

export type SizeName =
  | 'batch'
  | 'steps'
  | 'features'
  | 'units'
  | 'goBackwards'
  | 'zeroOutputForMask'
  | 'inputGroups'
  | 'inputGroupWidth'
  | 'hiddenGroups';

export function sizesOf(sizes: RecurrentSizes, gates: number): Readonly<Record<SizeName, number>> {
  const { batch, steps, features, units, goBackwards, zeroOutputForMask, inputLayout, hiddenLayout } = sizes;
  return {
    batch,
    steps,
    features,
    units,
    goBackwards: Number(goBackwards),
    zeroOutputForMask: Number(zeroOutputForMask),
    inputGroups: inputLayout.groups,
    inputGroupWidth: (gates * units) / inputLayout.groups,
    hiddenGroups: hiddenLayout.groups,
  };
}

/** Bytes of workspace for the products of the forward pass. */
export function forwardBytes({ batch, steps, features, units }: RecurrentSizes, gates: number): number {
  return productBytes({}, batch * steps, gates * units, features);
}

/** The same for the backward pass. */
export function backwardBytes({ batch, steps, features, units }: RecurrentSizes, gates: number): number {
  const rows = batch * steps;
  return Math.max(
    productBytes({ right: true }, rows, features, gates * units),
    productBytes({ left: true }, Math.max(features, units), gates * units, rows),
  );
}
