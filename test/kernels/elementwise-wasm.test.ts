/** Every element-wise kernel as WebAssembly against the cpu, at lengths around the vector's, broadcast and not, with guard words around all operands. */
import t, { type Test } from 'tap';
import * as elementwise from '../../kernels/elementwise/index.ts';
import type { ElementwiseKernel } from '../../kernels/elementwise/index.ts';
import { sizeOf, type Shape } from '../../src/tensor/shape.ts';
import { runOnWasm } from '../support/wasm-kernel.ts';
import { float32Ulps } from './ulps.ts';

const kernels = elementwise as unknown as Record<string, ElementwiseKernel>;
const LENGTHS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 100];
/** Above those of test/src/wasm/math by nothing: kernels add no rounding. */
const LIMIT = 3;
const SPECIAL = [NaN, -Infinity, -1, -0, 0, 1, Infinity];
/** Both signs, whole numbers and others, equal ones at times. */
const valueAt = (i: number): number => (i % 5 === 0 ? (i % 3) - 1 : Math.fround(((i * 37) % 101) / 12 - 4));

function compare(t: Test, kernel: ElementwiseKernel, shapes: readonly Shape[], shape: Shape): number {
  const values = shapes.map((one, k) => Float64Array.from({ length: sizeOf(one) }, (_, i) => valueAt(i + 7 * k)));
  return compareValues(t, kernel, shapes, shape, values);
}

/** @returns how many elements were compared */
function compareValues(
  t: Test,
  kernel: ElementwiseKernel,
  shapes: readonly Shape[],
  shape: Shape,
  values: readonly Float64Array[],
): number {
  const operands = shapes.map((one, k) => ({ shape: one, data: values[k] ?? new Float64Array() }));
  const [given] = runOnWasm(kernel, operands, [shape], undefined);
  const expected = new Float64Array(sizeOf(shape));
  kernel.cpu(
    operands.map(({ data }) => data),
    [expected],
    kernel.plan(shapes, [shape], undefined),
  );
  const where = `${kernel.name} of ${shapes.map((one) => `[${one.join()}]`).join(' and ')}`;
  const wrong = expected.findIndex((value, i) => {
    const one = given?.[i] as number;
    return !(kernel.exact ? Object.is(one, Math.fround(value)) : float32Ulps(one, value) <= LIMIT);
  });
  if (wrong >= 0) t.fail(`${where}: element ${wrong} is ${given?.[wrong]}, not ${expected[wrong]}`);
  return expected.length;
}

for (const kernel of Object.values(kernels)) {
  const count = kernel.inPlace?.[0]?.length ?? 1;
  const all = <T>(value: T): T[] => Array.from({ length: count }, () => value);

  t.test(`${kernel.name} on vectors and their rests equals the cpu`, (t) => {
    let compared = 0;
    for (const length of LENGTHS) {
      compared += compare(t, kernel, all([length]), [length]);
      compared += compare(t, kernel, all([3, length]).with(-1, [length]), [3, length]);
      compared += compare(t, kernel, all([2, 3, length]).with(0, [2, 1, length]), [2, 3, length]);
      compared += compare(t, kernel, all([3, length]).with(0, [3, 1]), [3, length]);
    }
    compared += compare(t, kernel, all([]), []);
    t.ok(compared > 4000, `${compared} elements are equal`);
    t.end();
  });
  if (!kernel.exact) continue;
  t.test(`${kernel.name} of NaN, infinities and signed zeros equals the cpu`, (t) => {
    // Every combination, one per element.
    const size = SPECIAL.length ** count;
    const shapes = all([size]);
    const values = shapes.map((_, k) =>
      Float64Array.from({ length: size }, (_, i) => SPECIAL[Math.floor(i / SPECIAL.length ** k) % SPECIAL.length] ?? 0),
    );
    const compared = compareValues(t, kernel, shapes, [size], values);
    t.equal(compared, SPECIAL.length ** count, 'every combination is equal');
    t.end();
  });
}
