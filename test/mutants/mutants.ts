/** All planted bugs. */
import type { Mutant } from './mutant.ts';
import { mutants as denseKernels } from './tables/dense-kernels.ts';
import { mutants as layers } from './tables/layers.ts';
import { mutants as ops } from './tables/ops.ts';
import { mutants as stateKernels } from './tables/state-kernels.ts';
import { mutants as training } from './tables/training.ts';
import { mutants as wasmKernels } from './tables/wasm-kernels.ts';
import { mutants as windowKernels } from './tables/window-kernels.ts';

export const mutants: readonly Mutant[] = [
  ...denseKernels,
  ...windowKernels,
  ...stateKernels,
  ...ops,
  ...layers,
  ...training,
  ...wasmKernels,
];
