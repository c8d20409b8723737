/** For kernels that are exact: WebAssembly gives the bits of the cpu, whatever the sizes and edges. */
import type { Kernel } from '../../kernels/contract.ts';
import { sizeOf, type Shape } from '../../src/tensor/shape.ts';
import { runOnWasm } from '../support/wasm-kernel.ts';
import { convert, prepare, uniform, type Operand } from './numeric.ts';

/** A float32 operand of random values, some of them NaN, infinite, zero or twice the same. */
export function mixed(shape: Shape, seed = 1): { readonly shape: Shape; readonly data: Float32Array } {
  const random = uniform(seed);
  const rare = [NaN, Infinity, -Infinity, 0, -0, 0.5, 0.5];
  const data = Float32Array.from({ length: sizeOf(shape) }, () => {
    const value = random();
    return value > 0.95 ? (rare[Math.floor((value - 0.95) * 140)] ?? 0.5) : value;
  });
  return { shape, data };
}

/**
 * The results on operands rounded to float32.
 * @throws Error that tells the first element which differs
 */
export function requireSameBits<Options, Geometry>(
  kernel: Kernel<Options, Geometry>,
  operands: readonly Operand[],
  outputShapes: readonly Shape[],
  options: Options,
): Float32Array[] {
  const given = convert(operands, Float32Array);
  const expected = prepare(kernel, given, outputShapes, options, Float32Array)(given);
  const actual = runOnWasm(kernel, given, outputShapes, options);
  expected.forEach((values, k) => {
    const at = values.findIndex((value, i) => !Object.is(value, actual[k]?.[i]));
    if (at < 0) return;
    const shapes = operands.map((one) => `[${one?.shape.join() ?? ''}]`).join(' ');
    throw new Error(
      `${kernel.name} ${shapes} ${JSON.stringify(options)}: element ${at} of output ${k} is ${actual[k]?.[at]}, not ${values[at]}`,
    );
  });
  return actual;
}
