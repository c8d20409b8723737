/**
 * How near a device's results of a kernel must lie to the same kernel run in float64 on the cpu, told from how much that
 * answers to small changes of its operands: the bound of `requireAccurate` (src/testing/accuracy.ts), for one kernel with
 * guard words around every operand.
 */
import type { FloatArray, Kernel } from '../../kernels/contract.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import { runOnWasm } from '../support/wasm-kernel.ts';
import { convert, prepare, uniform, type Operand } from './numeric.ts';

const ROUNDING = 2 ** -24;
/** Size of the changes; squares of it are lost in float64. */
const CHANGE = 1e-5;
const DIRECTIONS = 4;

/**
 * @param actual what the kernel made of the operands as float32; default its run as WebAssembly
 * @throws Error that tells the first element beyond `8 sqrt(n) 2^-24 (|answer| + |y|) + 4 sqrt(n) 2^-24 max(1, max |y|)`
 */
export function requireRounded<Options, Geometry>(
  kernel: Kernel<Options, Geometry>,
  operands: readonly Operand[],
  outputShapes: readonly Shape[],
  options: Options,
  actual?: readonly FloatArray[],
): void {
  const rounded = convert(convert(operands, Float32Array), Float64Array);
  const run = prepare(kernel, rounded, outputShapes, options);
  const copyOf = (point: readonly Operand[]): Float64Array[] => run(point).map((each) => Float64Array.from(each));
  const exact = copyOf(rounded);
  const draw = uniform(1);
  const answers = Array.from({ length: DIRECTIONS }, () => copyOf(changed(rounded, draw)));
  const terms = Math.sqrt(rounded.reduce((count, each) => count + (each?.data.length ?? 0), 0));
  const largest = exact.reduce((most, each) => each.reduce((m, value) => Math.max(m, Math.abs(value)), most), 1);
  (actual ?? runOnWasm(kernel, convert(rounded, Float32Array), outputShapes, options)).forEach((result, index) => {
    result.forEach((value, i) => {
      const expected = exact[index]?.[i] ?? Number.NaN;
      const answer = answers.reduce((most, one) => Math.max(most, Math.abs((one[index]?.[i] ?? NaN) - expected)), 0);
      const bound = terms * ROUNDING * (8 * (answer / CHANGE + Math.abs(expected)) + 4 * largest);
      if (Math.abs(value - expected) <= bound) return;
      throw new Error(
        `output ${index}: element ${i} is ${value}, float64 gives ${expected}; rounding explains ${bound}`,
      );
    });
  });
}

/** Each element changed by one part of itself, or of 1 where it is smaller; zeros stay: in a mask they mean something. */
function changed(operands: readonly Operand[], draw: () => number): Operand[] {
  return operands.map(
    (each) =>
      each && {
        shape: each.shape,
        data: each.data.map((x) => (x === 0 ? x : x + CHANGE * Math.max(1, Math.abs(x)) * Math.sign(draw()))),
      },
  );
}
