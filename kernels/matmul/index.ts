/**
 * Matrix product over the last two axes, `C = A B (+ bias)`, batched over the others with NumPy's broadcasting.
 * Inputs a `[..., m, k]` (`[..., k, m]` with transposeA), b `[..., k, n]` (`[..., n, k]` with transposeB), optional
 * bias `[n]`; output `[..., m, n]`.
 */
import { type Shape, sizeOf } from '../../src/tensor/shape.ts';
import type { Kernel } from '../contract.ts';
import { matmul, type MatmulGeometry } from './cpu.ts';
import { matmulCall } from './wasm.ts';

export type { MatmulGeometry } from './cpu.ts';

export interface MatmulOptions {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

export const matmulKernel: Kernel<MatmulOptions, MatmulGeometry> = {
  name: 'matmul',
  plan(inputs, outputs, options) {
    const a = inputs[0] ?? [];
    const b = inputs[1] ?? [];
    const c = outputs[0] ?? [];
    const { transposeA, transposeB } = options;
    const batch = c.slice(0, -2);
    const m = c.at(-2) ?? 1;
    const n = c.at(-1) ?? 1;
    const k = a.at(transposeA ? -2 : -1) ?? 1;
    const strides = {
      n,
      k,
      aRow: transposeA ? 1 : k,
      aDepth: transposeA ? m : 1,
      bDepth: transposeB ? 1 : n,
      bColumn: transposeB ? k : 1,
    };
    // One b for all of a's matrices: their rows are then the rows of one tall matrix.
    if (!transposeA && sizeOf(b.slice(0, -2)) === 1 && sizeOf(batch) > 0) {
      return { ...strides, m: sizeOf(batch) * m, aStarts: [0], bStarts: [0] };
    }
    return {
      ...strides,
      m,
      aStarts: matrixStarts(a.slice(0, -2), m * k, batch),
      bStarts: matrixStarts(b.slice(0, -2), k * n, batch),
    };
  },
  cpu(inputs, outputs, geometry) {
    matmul(inputs[0]!, inputs[1]!, inputs[2], outputs[0]!, geometry);
  },
  wasm: matmulCall,
  flops: ({ m, n, k, aStarts }) => 2 * aStarts.length * m * n * k,
};

/** Where the matrix of each batch position starts in an operand whose batch axes broadcast to `batch`. */
function matrixStarts(own: Shape, matrixSize: number, batch: Shape): number[] {
  let starts = [0];
  // Axis by axis from the outside: each position of the axes so far is followed by all positions of the next.
  const added = batch.length - own.length;
  let size = sizeOf(own) * matrixSize;
  for (let axis = 0; axis < batch.length; axis++) {
    const ownLength = axis < added ? 1 : (own[axis - added] ?? 1);
    const stride = ownLength === 0 ? 0 : size / ownLength;
    size = stride;
    const step = ownLength === 1 ? 0 : stride;
    const length = batch[axis] ?? 1;
    starts = starts.flatMap((start) => Array.from({ length }, (_, position) => start + position * step));
  }
  return starts;
}
