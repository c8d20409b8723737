/** All planted bugs. */
import type { Mutant } from './mutant.ts';
import { mutants as denseKernels } from './tables/dense-kernels.ts';
import { mutants as ensembles } from './tables/ensembles.ts';
import { mutants as files } from './tables/files.ts';
import { mutants as layers } from './tables/layers.ts';
import { mutants as ops } from './tables/ops.ts';
import { mutants as stateKernels } from './tables/state-kernels.ts';
import { mutants as training } from './tables/training.ts';
import { mutants as tuning } from './tables/tuning.ts';
import { mutants as wasmDenseKernels } from './tables/wasm-dense-kernels.ts';
import { mutants as wasmDevice } from './tables/wasm-device.ts';
import { mutants as wasmMath } from './tables/wasm-math.ts';
import { mutants as wasmStateKernels } from './tables/wasm-state-kernels.ts';
import { mutants as wasmWindowKernels } from './tables/wasm-window-kernels.ts';
import { mutants as windowKernels } from './tables/window-kernels.ts';

export const mutants: readonly Mutant[] = [
  ...denseKernels,
  ...windowKernels,
  ...stateKernels,
  ...ops,
  ...layers,
  ...training,
  ...files,
  ...tuning,
  ...ensembles,
  ...wasmDevice,
  ...wasmDenseKernels,
  ...wasmWindowKernels,
  ...wasmStateKernels,
  ...wasmMath,
];
