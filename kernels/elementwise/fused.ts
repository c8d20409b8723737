/** The kernel of a fused chain: made by the planner from the element-wise nodes of a program, for devices that emit code. */
import { sizeOf, type Shape } from '../../src/tensor/shape.ts';
import type { FloatArray, Kernel } from '../contract.ts';
import { planBroadcast, type BroadcastGeometry } from './broadcast.ts';
import type { Chain } from './chain-row.ts';
import { chainCall } from './chain.ts';

/** One node of a fused chain. */
export interface FusedPart {
  readonly kernel: Kernel;
  /** Operands count the inputs of the chain first, then the parts before. */
  readonly operands: readonly number[];
  readonly shape: Shape;
}

export interface FusedParts {
  /** The shape that every input is read with; it may be another name for its memory. */
  readonly inputShapes: readonly Shape[];
  readonly parts: readonly FusedPart[];
  /** The parts whose values are written, one per output. */
  readonly results: readonly number[];
}

/** `shape` is that of every output; all inputs broadcast to it. */
export function fusedKernel(
  { inputShapes, parts, results }: FusedParts,
  shape: Shape,
): Kernel<unknown, BroadcastGeometry> {
  const chain: Chain = {
    inputCount: inputShapes.length,
    steps: parts.map(({ kernel, operands }) => ({ name: kernel.name, lanes: kernel.lanes!, operands })),
    results,
  };
  const size = sizeOf(shape);
  const full = inputShapes.flatMap((one, index) => (sizeOf(one) === size ? [index] : []));
  return {
    name: 'fused',
    plan: () => planBroadcast(inputShapes, [shape]),
    wasm: (geometry) => chainCall(chain, geometry.walk),
    cpu: (inputs, outputs) => runParts(inputs, outputs, { inputShapes, parts, results }),
    flops: (geometry) => geometry.size * parts.length,
    inPlace: results.map(() => full),
  };
}

// For a device that fuses and meets a chain that it cannot run otherwise.
function runParts(
  inputs: readonly (FloatArray | undefined)[],
  outputs: readonly FloatArray[],
  { inputShapes, parts, results }: FusedParts,
): void {
  const values = inputs.map((input) => input!);
  const shapes = [...inputShapes];
  for (const { kernel, operands, shape } of parts) {
    const result =
      values[0] instanceof Float64Array ? new Float64Array(sizeOf(shape)) : new Float32Array(sizeOf(shape));
    const given = operands.map((operand) => values[operand]!);
    const geometry = kernel.plan(
      operands.map((operand) => shapes[operand]!),
      [shape],
      undefined,
    );
    kernel.cpu(given, [result], geometry);
    values.push(result);
    shapes.push(shape);
  }
  results.forEach((part, index) => outputs[index]!.set(values[inputs.length + part]!));
}
