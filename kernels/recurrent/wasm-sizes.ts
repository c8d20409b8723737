/** The numbers that the calls of all recurrences pass. */
import type { DropoutLayout } from './dropout.ts';

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
