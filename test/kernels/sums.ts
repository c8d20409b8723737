/** Kernels of devices against the cpu kernels: sums of products within the bound of float32. */
import assert from 'node:assert/strict';
import type { Kernel } from '../../kernels/contract.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import { runOnWasm } from '../support/wasm-kernel.ts';
import { convert, prepare, type Operand } from './numeric.ts';

export function requireSumsOnWasm<Options, Geometry>(
  kernel: Kernel<Options, Geometry>,
  operands: readonly Operand[],
  outputShapes: readonly Shape[],
  options: Options,
  terms?: number,
): void {
  const actual = runOnWasm(kernel, convert(operands, Float32Array), outputShapes, options);
  requireSums(kernel, operands, outputShapes, options, { actual, terms });
}

/**
 * Requires `4 sqrt(K) 2^-24 sum |a b|` of every sum: the float64 kernel counts K on ones and adds up |a b| on absolute values.
 * `terms` are those of the longest sum, where the kernel divides its sums.
 */
export function requireSums<Options, Geometry>(
  kernel: Kernel<Options, Geometry>,
  operands: readonly Operand[],
  outputShapes: readonly Shape[],
  options: Options,
  { actual, terms }: { readonly actual: readonly Float32Array[]; readonly terms?: number | undefined },
): void {
  const run = prepare(kernel, operands, outputShapes, options);
  const onMapped = (f: (value: number) => number): Float64Array[] =>
    run(operands.map((one) => one && { shape: one.shape, data: Float64Array.from(one.data, f) })).map((values) =>
      Float64Array.from(values),
    );
  const exact = onMapped((value) => value);
  const products = onMapped(Math.abs);
  const counts = onMapped(() => 1);
  exact.forEach((expected, output) => {
    expected.forEach((value, i) => {
      const bound = 4 * Math.sqrt(terms ?? counts[output]![i]!) * 2 ** -24 * products[output]![i]!;
      const one = actual[output]![i]!;
      // Written so that a NaN fails.
      if (Math.abs(one - value) <= bound) return;
      assert.fail(`${kernel.name}: output ${output}, element ${i} is ${one}, float64 gives ${value} (bound ${bound})`);
    });
  });
}
