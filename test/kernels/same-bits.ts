/** Where bits must agree: operands that show a difference, and for exact kernels the comparison of WebAssembly with the cpu. */
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

/** Large numbers beside their opposites, in any order: what is left of their sum says in which order they were added. */
export function cancelling(shape: Shape, seed: number): { readonly shape: Shape; readonly data: Float32Array } {
  const random = uniform(seed);
  const row = shape.at(-1) ?? 1;
  const data = new Float32Array(sizeOf(shape)).fill(0.5);
  for (let start = 0; start < data.length; start += row) {
    const free = Array.from({ length: row }, (_, i) => start + i);
    const take = (): number => free.splice(Math.floor(Math.abs(random()) * free.length) % free.length, 1)[0]!;
    while (free.length > 1) {
      const value = random() * 2 ** (50 * Math.abs(random()));
      data[take()] = value;
      data[take()] = -value;
    }
  }
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
