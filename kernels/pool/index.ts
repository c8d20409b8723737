/**
 * Maximum and average pooling of channels-last images, x `[batch, h, w, c]` to y `[batch, oh, ow, c]`, and their
 * gradients. A 1-D pool over k steps is `poolSize: [k, 1], strides: [s, 1]` on `[batch, steps, 1, c]`.
 */
import { type Shape, sizeOf } from '../../src/tensor/shape.ts';
import type { Kernel } from '../contract.ts';
import { cellsOfOutputs, outputsOfCells, type WindowAxis, windowAxis } from '../window.ts';
import { averagePoolCall, averagePoolGradCall } from './average-wasm.ts';
import {
  averagePool,
  averagePoolGradient,
  gatherPicked,
  maxPool,
  type PickGeometry,
  type PoolGeometry,
  type PoolSizes,
  scatterPicked,
} from './cpu.ts';
import { maxPoolCall } from './max-wasm.ts';
import { gatherPickedCall, scatterPickedCall } from './pick-wasm.ts';

export type { PickGeometry, PoolGeometry } from './cpu.ts';

export interface PoolOptions {
  readonly poolSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: 'valid' | 'same';
}

/** The average's gradient also needs the number of cells that the windows of each output row and column hold. */
export interface AveragePoolGradGeometry extends PoolGeometry {
  readonly rowCells: Int32Array;
  readonly columnCells: Int32Array;
}

/** Input x; outputs y and indices, shaped like y: the flat position of the maximum in its sample's `[h, w, c]`. */
export const maxPoolKernel: Kernel<PoolOptions, PoolGeometry> = {
  name: 'maxPool',
  plan: ([x = []], [y = []], options) => forwardGeometry(x, y, options),
  cpu(inputs, outputs, geometry) {
    maxPool(inputs[0]!, outputs[0]!, outputs[1]!, geometry);
  },
  wasm: maxPoolCall,
  exact: true,
  flops: poolFlops,
};

/** Inputs (dy, indices), output dx: each dy goes to the cell that was the maximum. */
export const maxPoolGradKernel: Kernel<PoolOptions, PickGeometry> = {
  name: 'maxPoolGrad',
  plan: ([dy = []], [dx = []], options) => pickGeometry(dx, dy, options),
  cpu(inputs, outputs, geometry) {
    scatterPicked(inputs[0]!, inputs[1]!, outputs[0]!, geometry);
  },
  wasm: scatterPickedCall,
  flops: ({ batch, picked }) => batch * picked,
};

/** Inputs (values shaped like x, indices), output shaped like y: the values where the maxima were. */
export const poolGatherKernel: Kernel<PoolOptions, PickGeometry> = {
  name: 'poolGather',
  plan: ([values = []], [out = []], options) => pickGeometry(values, out, options),
  cpu(inputs, outputs, geometry) {
    gatherPicked(inputs[0]!, inputs[1]!, outputs[0]!, geometry);
  },
  wasm: gatherPickedCall,
  exact: true,
  flops: () => 0,
};

/** Input x, output y. */
export const avgPoolKernel: Kernel<PoolOptions, PoolGeometry> = {
  name: 'avgPool',
  plan: ([x = []], [y = []], options) => forwardGeometry(x, y, options),
  cpu(inputs, outputs, geometry) {
    averagePool(inputs[0]!, outputs[0]!, geometry);
  },
  wasm: averagePoolCall,
  flops: poolFlops,
};

/** Input dy, output dx. */
export const avgPoolGradKernel: Kernel<PoolOptions, AveragePoolGradGeometry> = {
  name: 'avgPoolGrad',
  plan([dy = []], [dx = []], options) {
    const sizes = poolSizes(dx, dy, options);
    return {
      ...sizes,
      rowLinks: outputsOfCells(sizes.rows),
      columnLinks: outputsOfCells(sizes.columns),
      rowCells: cellCounts(sizes.rows),
      columnCells: cellCounts(sizes.columns),
    };
  },
  cpu(inputs, outputs, geometry) {
    averagePoolGradient(inputs[0]!, outputs[0]!, geometry, geometry.rowCells, geometry.columnCells);
  },
  wasm: averagePoolGradCall,
  flops: (geometry) => 2 * poolFlops(geometry),
};

function poolSizes(x: Shape, y: Shape, { poolSize, strides, padding }: PoolOptions): PoolSizes {
  const [batch = 0, height = 0, width = 0, channels = 0] = x;
  const [, outHeight = 0, outWidth = 0] = y;
  return {
    batch,
    rows: windowAxis(height, outHeight, poolSize[0], strides[0], 1, padding),
    columns: windowAxis(width, outWidth, poolSize[1], strides[1], 1, padding),
    channels,
  };
}

function forwardGeometry(x: Shape, y: Shape, options: PoolOptions): PoolGeometry {
  const sizes = poolSizes(x, y, options);
  return { ...sizes, rowLinks: cellsOfOutputs(sizes.rows), columnLinks: cellsOfOutputs(sizes.columns) };
}

function pickGeometry(x: Shape, y: Shape, options: PoolOptions): PickGeometry {
  const windows = poolSizes(x, y, options);
  return { batch: windows.batch, image: sizeOf(x.slice(1)), picked: sizeOf(y.slice(1)), windows };
}

function cellCounts(axis: WindowAxis): Int32Array {
  const { start } = cellsOfOutputs(axis);
  return Int32Array.from({ length: axis.outputSize }, (_, output) => (start[output + 1] ?? 0) - (start[output] ?? 0));
}

/** One comparison or addition for each window and cell. */
function poolFlops({ batch, rows, columns, channels }: PoolSizes): number {
  return batch * rows.outputSize * columns.outputSize * channels * rows.kernelSize * columns.kernelSize;
}
