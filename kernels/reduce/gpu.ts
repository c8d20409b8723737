/**
 * Reductions on a graphics card: one pass up to 256 elements for each result, a further one for each stage that more
 * need. NaN wins in max and min, and counts as the largest in argmax, wherever comparisons with it are false.
 */
import type { GpuCall, GpuOperand, GpuPass, Kernel } from '../contract.ts';
import { gpuRow, type GpuRow } from '../gpu-form.ts';
import { quotientOf } from '../gpu-math.ts';
import { unravel } from '../gpu-source.ts';
import {
  foldPasses,
  gpuMax,
  gpuMin,
  gpuProd,
  gpuSum,
  valuesOf,
  type FoldAxis,
  type FoldSource,
  type GpuFold,
} from './gpu-fold.ts';
import { argmaxKernel, maxKernel, meanKernel, minKernel, prodKernel, sumKernel } from './index.ts';
import type { ReduceGeometry, SpanGeometry } from './plan.ts';
import type { Run, Runs } from './runs.ts';

/** Positions that one thread compares. */
const MOST_COMPARED = 256;

/** The axes of an array, reduced ones and others in turns. */
function axesOf({ kept, reduced, row, rowReduced }: Runs): FoldAxis[] {
  const axes: FoldAxis[] = [{ size: row, reduced: rowReduced }];
  const left: readonly Run[][] = [[...kept], [...reduced]];
  for (let take = !rowReduced; ; take = !take) {
    const run = left[take ? 1 : 0]?.pop();
    if (!run) return axes;
    axes.unshift({ size: run.size, reduced: take });
  }
}

interface Reduction {
  readonly fold: GpuFold;
  readonly finish?: (total: string) => string;
}

function meanOf({ count }: ReduceGeometry): Reduction {
  if (count === 0) return { fold: { ...gpuSum, start: NaN } };
  // The count comes as a number: written out, an H100's compiler makes a product of the division and cancels what is put right.
  const finish = (total: string): string => `${quotientOf.name}(${total}, n1)`;
  return { fold: { ...gpuSum, uses: [quotientOf], numbers: [count] }, finish };
}

const reductions: ReadonlyMap<Kernel, (geometry: ReduceGeometry) => Reduction> = new Map([
  [sumKernel as Kernel, () => ({ fold: gpuSum })],
  [prodKernel as Kernel, () => ({ fold: gpuProd })],
  [maxKernel as Kernel, () => ({ fold: gpuMax })],
  [minKernel as Kernel, () => ({ fold: gpuMin })],
  [meanKernel as Kernel, meanOf],
]);

/** Appends the passes of a reduction of what a source holds, an array of the reduction's input or a chain in its place. */
export function reductionPasses(
  passes: GpuPass[],
  kernel: Kernel,
  geometry: ReduceGeometry,
  source: FoldSource,
): number {
  const reduction = reductions.get(kernel)?.(geometry);
  if (!reduction) throw new Error(`${kernel.name} ends a chain and has no fold`);
  return foldPasses(passes, reduction.fold, axesOf(geometry.runs), source, reduction.finish);
}

function reductionRow(kernel: Kernel): GpuRow {
  return gpuRow(kernel as Kernel<unknown, ReduceGeometry>, (geometry) => {
    const passes: GpuPass[] = [];
    return { outputs: [reductionPasses(passes, kernel, geometry, valuesOf({ input: 0 }))], passes };
  });
}

function argmaxCall({ outer, length, inner }: SpanGeometry): GpuCall {
  const passes: GpuPass[] = [];
  let candidates = length;
  for (;;) {
    const pieces = candidates <= MOST_COMPARED ? 1 : Math.ceil(candidates / MOST_COMPARED);
    const before = passes.length - 1;
    passes.push(argmaxPass({ outer, length, inner }, candidates, pieces, before < 0 ? undefined : { pass: before }));
    if (pieces === 1) return { passes, outputs: [passes.length - 1] };
    candidates = pieces;
  }
}

/**
 * The position of the largest of some candidates of each piece: of all, or of those that the pass before chose. What
 * is neither above 0 nor not above it is NaN, and settles the matter.
 */
function argmaxPass(
  { outer, length, inner }: Pick<SpanGeometry, 'outer' | 'length' | 'inner'>,
  candidates: number,
  pieces: number,
  chosen: GpuOperand | undefined,
): GpuPass {
  const compared = Math.min(candidates, MOST_COMPARED);
  const source = `${unravel('k', 'this.thread.x', [outer, pieces, inner])}
let best = n0;
let position = 0;
let open = 1;
for (let r = 0; r < ${compared}; r++) {
  const candidate = k1 * ${compared} + r;
  if (candidate < ${candidates}) {
    const at = ${chosen ? `a1[(k0 * ${candidates} + candidate) * ${inner} + k2]` : 'candidate'};
    const value = a0[(k0 * ${length} + at) * ${inner} + k2];
    let better = open;
    if (value <= best) { if (r > 0) { better = 0; } }
    if (better > 0) {
      best = value;
      position = at;
      open = 0;
      if (value > 0) { open = 1; }
      if (value <= 0) { open = 1; }
    }
  }
}
return position;`;
  return {
    source,
    operands: [{ input: 0 }, ...(chosen ? [chosen] : [])],
    numbers: [-Infinity],
    size: outer * pieces * inner,
  };
}

export const reduceRows: readonly GpuRow[] = [
  ...[...reductions.keys()].map(reductionRow),
  gpuRow(argmaxKernel, argmaxCall),
];
