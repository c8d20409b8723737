/**
 * Reductions over some axes, in double precision and in the order of flat positions.
 * Input x, output its shape without those axes (or with size 1: the memory is the same).
 */
import type { Kernel, RowFold } from '../contract.ts';
import { argmaxCall } from './argmax.ts';
import { maxFold, minFold, prodFold, runArgmax, runReduce, sumFold, type Fold } from './cpu.ts';
import { maxVectors, meanVectors, minVectors, prodVectors, sumVectors, type VectorFold } from './fold.ts';
import { planReduce, planSpan, type ReduceGeometry, type ReduceOptions, type SpanGeometry } from './plan.ts';
import type { Runs } from './runs.ts';
import { reduceCall } from './wasm.ts';

export type { ReduceOptions } from './plan.ts';

export type ReduceKernel = Kernel<ReduceOptions, ReduceGeometry>;

/** Whole rows of neighbours. A product is folded in order, which takes one element of a vector at a time. */
function rowFoldOf(fold: VectorFold, { reduced, row, rowReduced }: Runs): RowFold | undefined {
  return rowReduced && reduced.length === 0 && !fold.ordered ? { fold, row } : undefined;
}

function reduceKernel(fold: Fold, vectors: VectorFold): ReduceKernel {
  return {
    name: vectors.name,
    plan: planReduce,
    cpu: (inputs, outputs, geometry) => runReduce(outputs[0]!, inputs[0]!, geometry, fold, 1),
    wasm: (geometry) => reduceCall(vectors, geometry.runs, geometry.count),
    rowFold: (geometry) => rowFoldOf(vectors, geometry.runs),
    flops: (geometry) => geometry.size,
  };
}

/** 0 over no elements. */
export const sumKernel: ReduceKernel = /* @__PURE__ */ reduceKernel(sumFold, sumVectors);

/** 1 over no elements. */
export const prodKernel: ReduceKernel = /* @__PURE__ */ reduceKernel(prodFold, prodVectors);

/** -Infinity over no elements; NaN wins. */
export const maxKernel: ReduceKernel = { ...reduceKernel(maxFold, maxVectors), exact: true };

/** Infinity over no elements; NaN wins. */
export const minKernel: ReduceKernel = { ...reduceKernel(minFold, minVectors), exact: true };

/** NaN over no elements. */
export const meanKernel: ReduceKernel = {
  name: 'mean',
  plan: planReduce,
  cpu: (inputs, outputs, geometry) => runReduce(outputs[0]!, inputs[0]!, geometry, sumFold, geometry.count),
  wasm: (geometry) => reduceCall(meanVectors, geometry.runs, geometry.count),
  rowFold: (geometry) => rowFoldOf(meanVectors, geometry.runs),
  flops: (geometry) => geometry.size,
};

/** Position of the largest element along the one axis given: the lowest of equals; NaN counts as the largest. */
export const argmaxKernel: Kernel<ReduceOptions, SpanGeometry> = {
  name: 'argmax',
  plan: (inputs, _outputs, options) => planSpan(inputs[0]!, options.axes[0]!),
  cpu: (inputs, outputs, geometry) => runArgmax(outputs[0]!, inputs[0]!, geometry),
  wasm: argmaxCall,
  exact: true,
  flops: (geometry) => geometry.size,
};
