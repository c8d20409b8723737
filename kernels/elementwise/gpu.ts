/**
 * Element-wise kernels and fused chains on a graphics card: a thread computes one element from one of each operand. One
 * pass for each output; a pass computes again what it shares with another of its chain.
 */
import type { GpuCall, GpuOperand, GpuPass, Kernel } from '../contract.ts';
import { gpuRow, type GpuRow } from '../gpu-form.ts';
import { sourcesOf, type GpuFunction } from '../gpu-math.ts';
import { divide, unravel } from '../gpu-source.ts';
import { valuesOf } from '../reduce/gpu-fold.ts';
import { reductionPasses } from '../reduce/gpu.ts';
import type { ReduceGeometry } from '../reduce/plan.ts';
import type { BroadcastGeometry } from './broadcast.ts';
import type { FusedKernel } from './fused.ts';
import { gpuExpressions, type GpuExpression } from './gpu-expressions.ts';

/** A kernel applied to values: operands count the inputs first, then the steps before. */
interface Step {
  readonly kernel: Kernel;
  readonly operands: readonly number[];
}

/** What computes one element: lines, the variable that holds it then, and what they read and call. */
interface Element {
  readonly lines: readonly string[];
  readonly value: string;
  readonly operands: readonly GpuOperand[];
  readonly uses: readonly GpuFunction[];
}

/** Lines that declare `row`, `column` and the axes of the element at a flat position, and where it is in each input. */
function positions(
  { walk }: BroadcastGeometry,
  element: string,
): { readonly lines: readonly string[]; readonly at: readonly string[] } {
  const { length, sizes, steps, strides } = walk;
  const inputs = steps.slice(1);
  if (sizes.length === 0) return { lines: [], at: inputs.map((step) => (step === 0 ? '0' : element)) };
  const at = inputs.map((step, input) => {
    const along = strides[input + 1] as Int32Array;
    const terms = [...along].flatMap((stride, axis) => (stride === 0 ? [] : [`i${axis} * ${stride}`]));
    return [...(step === 0 ? [] : [`column * ${step}`]), ...terms].join(' + ') || '0';
  });
  return { lines: [divide('row', 'column', element, length), unravel('i', 'row', [...sizes])], at };
}

/** The last of some steps at a flat position. */
function elementOf(inputCount: number, steps: readonly Step[], geometry: BroadcastGeometry, position: string): Element {
  const { lines, at } = positions(geometry, position);
  const needed = neededBy(inputCount, steps);
  const read = [...needed].filter((value) => value < inputCount);
  const expressions = new Set<GpuExpression>();
  const body = [...lines, ...read.map((input, operand) => `const v${input} = a${operand}[${at[input] as string}];`)];
  steps.forEach(({ kernel, operands }, index) => {
    if (!needed.has(inputCount + index)) return;
    const expression = gpuExpressions.get(kernel);
    if (!expression) throw new Error(`${kernel.name} is part of a chain and has no expression`);
    expressions.add(expression);
    body.push(`const v${inputCount + index} = ${expression.of(...operands.map((operand) => `v${operand}`))};`);
  });
  return {
    lines: body,
    value: `v${inputCount + steps.length - 1}`,
    operands: read.map((input) => ({ input })),
    uses: [...expressions].flatMap(({ uses }) => uses),
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

/** The pass that computes the last of some steps everywhere. */
function stepsPass(inputCount: number, steps: readonly Step[], geometry: BroadcastGeometry): GpuPass {
  const { lines, value, operands, uses } = elementOf(inputCount, steps, geometry, 'this.thread.x');
  return {
    source: [...lines, `return ${value};`].join('\n'),
    functions: sourcesOf(uses),
    operands,
    size: geometry.size,
  };
}

/**
 * A chain that the planner fused: one pass for each of its results, and those of the reduction that may end it, which
 * compute the elements as they fold them.
 */
export function fusedCall({ fused, reduction }: FusedKernel, geometry: BroadcastGeometry): GpuCall {
  const { inputShapes, parts, results } = fused;
  const stepsTo = (part: number): readonly Step[] => parts.slice(0, part + 1);
  const passes = results.map((result) => stepsPass(inputShapes.length, stepsTo(result), geometry));
  const outputs = [...results.keys()];
  if (reduction) {
    const { kernel, part, geometry: folded } = reduction;
    const stored = results.indexOf(part);
    const source =
      stored < 0 ? elementOf(inputShapes.length, stepsTo(part), geometry, 'at') : valuesOf({ pass: stored });
    outputs.push(reductionPasses(passes, kernel, folded as ReduceGeometry, source));
  }
  return { passes, outputs };
}

function elementwiseRow(kernel: Kernel): GpuRow {
  return gpuRow(kernel as Kernel<unknown, BroadcastGeometry>, (geometry) => {
    const count = geometry.walk.steps.length - 1;
    const operands = Array.from({ length: count }, (_, input) => input);
    return { passes: [stepsPass(count, [{ kernel, operands }], geometry)], outputs: [0] };
  });
}

export const elementwiseRows: readonly GpuRow[] = [...gpuExpressions.keys()].map(elementwiseRow);
