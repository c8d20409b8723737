/**
 * Element-wise kernels and fused chains on a graphics card: a thread computes one element from one of each operand. One
 * pass for each output; a pass computes again what it shares with another of its chain.
 */
import type { GpuCall, GpuPass, Kernel } from '../contract.ts';
import { gpuRow, type GpuRow } from '../gpu-form.ts';
import { sourcesOf } from '../gpu-math.ts';
import { divide, unravel } from '../gpu-source.ts';
import type { BroadcastGeometry } from './broadcast.ts';
import type { FusedParts } from './fused.ts';
import { gpuExpressions, type GpuExpression } from './gpu-expressions.ts';

/** A kernel applied to values: operands count the inputs first, then the steps before. */
interface Step {
  readonly kernel: Kernel;
  readonly operands: readonly number[];
}

/** Lines that declare `row`, `column` and the axes of element `this.thread.x`, and its position in each input. */
function positions({ walk }: BroadcastGeometry): { readonly lines: readonly string[]; readonly at: readonly string[] } {
  const { length, sizes, steps, strides } = walk;
  const inputs = steps.slice(1);
  if (sizes.length === 0) {
    return { lines: [], at: inputs.map((step) => (step === 0 ? '0' : 'this.thread.x')) };
  }
  const at = inputs.map((step, input) => {
    const along = strides[input + 1] as Int32Array;
    const terms = [...along].flatMap((stride, axis) => (stride === 0 ? [] : [`i${axis} * ${stride}`]));
    return [...(step === 0 ? [] : [`column * ${step}`]), ...terms].join(' + ') || '0';
  });
  return { lines: [divide('row', 'column', 'this.thread.x', length), unravel('i', 'row', [...sizes])], at };
}

/** The pass that computes the last of some steps. */
function stepsPass(inputCount: number, steps: readonly Step[], geometry: BroadcastGeometry): GpuPass {
  const { lines, at } = positions(geometry);
  const needed = neededBy(inputCount, steps);
  const read = [...needed].filter((value) => value < inputCount);
  const expressions = new Set<GpuExpression>();
  const body = [
    ...lines,
    ...read.map((input, operand) => `const v${input} = a${operand}[${at[input] as string}];`),
  ];
  steps.forEach(({ kernel, operands }, index) => {
    if (!needed.has(inputCount + index)) return;
    const expression = gpuExpressions.get(kernel);
    if (!expression) throw new Error(`${kernel.name} is part of a chain and has no expression`);
    expressions.add(expression);
    body.push(`const v${inputCount + index} = ${expression.of(...operands.map((operand) => `v${operand}`))};`);
  });
  return {
    source: [...body, `return v${inputCount + steps.length - 1};`].join('\n'),
    functions: sourcesOf([...expressions].flatMap(({ uses }) => uses)),
    operands: read.map((input) => ({ input })),
    size: geometry.size,
  };
}

/** The values that the last step is computed from, and itself, ascending. */
function neededBy(inputCount: number, steps: readonly Step[]): ReadonlySet<number> {
  const needed = new Set([inputCount + steps.length - 1]);
  for (let index = steps.length - 1; index >= 0; index--) {
    if (!needed.has(inputCount + index)) continue;
    for (const operand of (steps[index] as Step).operands) needed.add(operand);
  }
  return new Set([...needed].sort((a, b) => a - b));
}

/** A chain that the planner fused: one pass for each of its results. */
export function fusedCall({ inputShapes, parts, results }: FusedParts, geometry: BroadcastGeometry): GpuCall {
  return {
    passes: results.map((result) => stepsPass(inputShapes.length, parts.slice(0, result + 1), geometry)),
    outputs: [...results.keys()],
  };
}

function elementwiseRow(kernel: Kernel): GpuRow {
  return gpuRow(kernel as Kernel<unknown, BroadcastGeometry>, (geometry) => {
    const count = geometry.walk.steps.length - 1;
    const operands = Array.from({ length: count }, (_, input) => input);
    return { passes: [stepsPass(count, [{ kernel, operands }], geometry)], outputs: [0] };
  });
}

export const elementwiseRows: readonly GpuRow[] = [...gpuExpressions.keys()].map(elementwiseRow);
