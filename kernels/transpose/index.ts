/** Axes in another order: output axis k is input axis `permutation[k]`. */
import { stridesOf } from '../../src/tensor/shape.ts';
import type { Kernel } from '../contract.ts';
import { collapse } from '../strided/collapse.ts';
import { planCopy, runCopy, type Copy } from '../strided/copy.ts';
import { copyCall } from '../strided/wasm.ts';
import { runTiles, type Tiles } from './cpu.ts';
import { tilesCall } from './wasm.ts';

export interface TransposeOptions {
  readonly permutation: readonly number[];
}

/** Whole rows where the last axis stays in place, square tiles where it moves. */
export type TransposeGeometry =
  { readonly kind: 'rows'; readonly copy: Copy } | { readonly kind: 'tiles'; readonly tiles: Tiles };

export const transposeKernel: Kernel<TransposeOptions, TransposeGeometry> = {
  name: 'transpose',
  plan(inputs, outputs, { permutation }) {
    const xStrides = stridesOf(inputs[0]!);
    const sizes = outputs[0]!;
    const out = stridesOf(sizes);
    const strides = permutation.map((axis) => xStrides[axis]!);
    const walk = collapse(sizes, [out, strides]);
    const across = walk.strides[1]!.indexOf(1);
    if (walk.steps[1] === 1 || across < 0) {
      return { kind: 'rows', copy: planCopy(sizes, { start: 0, strides: out }, { start: 0, strides }) };
    }
    const outer = [...walk.sizes.keys()].filter((axis) => axis !== across);
    const pick = (values: Int32Array): number[] => outer.map((axis) => values[axis]!);
    const batch = collapse(pick(walk.sizes), [pick(walk.strides[0]!), pick(walk.strides[1]!)]);
    return {
      kind: 'tiles',
      tiles: {
        batch,
        rows: walk.sizes[across]!,
        columns: walk.length,
        outStride: walk.strides[0]![across]!,
        xStride: walk.steps[1]!,
      },
    };
  },
  cpu(inputs, outputs, geometry) {
    if (geometry.kind === 'rows') runCopy(outputs[0]!, inputs[0]!, geometry.copy);
    else runTiles(outputs[0]!, inputs[0]!, geometry.tiles);
  },
  wasm: (geometry) => (geometry.kind === 'rows' ? copyCall(geometry.copy) : tilesCall(geometry.tiles)),
  exact: true,
  flops: () => 0,
};
