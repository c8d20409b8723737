/** The softmax family as WebAssembly against the cpu in double: rows around the vector's length and long ones, with guard words around all operands. */
import t, { type Test } from 'tap';
import {
  logSoftmaxGradKernel,
  logSoftmaxKernel,
  softmaxGradKernel,
  softmaxKernel,
  type SoftmaxKernel,
} from '../../kernels/softmax/index.ts';
import { runOnWasm } from '../support/wasm-kernel.ts';
import { operand, prepare, uniform } from './numeric.ts';

const LENGTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 16, 17, 18, 19, 20, 31, 32, 33, 64, 100, 1000, 20_003];
const ROUNDING = 2 ** -24;
/** Logits lie between -SPREAD and SPREAD. */
const SPREAD = 8;

type Rows = { readonly shape: readonly number[]; readonly data: Float64Array };

/** Where a value may lie: how many roundings of which size, told by the row it stands in. */
type Bound = (row: { expected: Float64Array; inputs: readonly Float64Array[] }) => (i: number) => number;

/** @returns how many elements were compared */
function compare(t: Test, kernel: SoftmaxKernel, operands: readonly Rows[], bound: Bound): number {
  const [count, length] = operands[0]!.shape as [number, number];
  const [given] = runOnWasm(kernel, operands, [[count, length]], undefined);
  const [exact] = prepare(kernel, operands, [[count, length]], undefined)(operands);
  for (let row = 0; row < count; row++) {
    const part = (data: ArrayLike<number>): Float64Array =>
      Float64Array.from({ length }, (_, i) => data[row * length + i] as number);
    const expected = part(exact!);
    const inputs = operands.map(({ data }) => part(data));
    const boundAt = bound({ expected, inputs });
    const wrong = expected.findIndex((value, i) => {
      const one = given?.[row * length + i] as number;
      return !(Math.abs(one - value) <= boundAt(i));
    });
    if (wrong >= 0) {
      const one = given?.[row * length + wrong];
      t.fail(
        `${kernel.name} of ${count} rows of ${length}: element ${wrong} of row ${row} is ${one}, not ${expected[wrong]}`,
      );
    }
  }
  return count * length;
}

const logits = (length: number): Rows => {
  const draw = uniform(length);
  return operand([3, length], () => SPREAD * draw());
};
/** |x - max| is rounded once, and e^x answers with as many units as it is large. */
const RELATIVE = (2 * SPREAD + 8) * ROUNDING;

t.test('softmax and logSoftmax of rows of any length', (t) => {
  let compared = 0;
  for (const length of LENGTHS) {
    compared += compare(
      t,
      softmaxKernel,
      [logits(length)],
      ({ expected }) =>
        (i) =>
          2 * RELATIVE * (expected[i] as number),
    );
    compared += compare(t, logSoftmaxKernel, [logits(length)], () => () => 2 * RELATIVE);
  }
  t.ok(compared > 100_000, `${compared} elements lie within their bounds`);
  t.end();
});

const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + Math.abs(value), 0);

t.test('their gradients in rows of any length', (t) => {
  let compared = 0;
  for (const length of LENGTHS) {
    const draw = uniform(length + 1);
    const dy = operand([3, length], draw);
    const y = operand([3, length], () => Math.abs(draw()) / length);
    compared += compare(t, softmaxGradKernel, [y, dy], ({ inputs: [y, dy] }) => {
      const dot = sumOf(y!.map((value, k) => value * dy![k]!));
      return (i) => 4 * ROUNDING * Math.sqrt(length) * Math.abs(y![i]!) * (dot + Math.abs(dy![i]!));
    });
    const logs = operand([3, length], () => -SPREAD * Math.abs(draw()));
    compared += compare(t, logSoftmaxGradKernel, [logs, dy], ({ inputs: [y, dy] }) => {
      const [sum, most] = [sumOf(dy!), largest(dy!)];
      return (i) => 4 * ROUNDING * (Math.exp(y![i]!) * sum + most);
    });
  }
  t.ok(compared > 100_000, `${compared} elements lie within their bounds`);
  t.end();
});

t.test('masked elements get probability 0; NaN and a row of -Infinity fill their own row only', (t) => {
  const nan = [NaN, NaN, NaN, NaN, NaN];
  const masked = [-Infinity, 3, -Infinity, -Infinity, -Infinity];
  const all = masked.map(() => -Infinity);
  const far = [1e4, 1e4, 1e4, 1e4, -1e4];
  const x = { shape: [4, 5], data: Float64Array.from([masked, [NaN, 1, 2, 3, 4], all, far].flat()) };
  const probabilities = [[0, 1, 0, 0, 0], nan, nan, [0.25, 0.25, 0.25, 0.25, 0]].flat();
  t.same([...runOnWasm(softmaxKernel, [x], [x.shape], undefined)[0]!], probabilities);
  const logs = [...runOnWasm(logSoftmaxKernel, [x], [x.shape], undefined)[0]!];
  t.same(logs.slice(0, 15), [[-Infinity, 0, -Infinity, -Infinity, -Infinity], nan, nan].flat());
  t.equal(logs[15], Math.fround(-Math.log(4)));
  t.end();
});

t.test('the logarithm of a probability near 1 keeps its digits', (t) => {
  const x = { shape: [1, 3], data: Float64Array.of(10, 0, 0) };
  const [first] = runOnWasm(logSoftmaxKernel, [x], [x.shape], undefined)[0]!;
  t.ok(Math.abs(first! / -Math.log1p(2 * Math.exp(-10)) - 1) <= 8 * ROUNDING, `${first}`);
  t.end();
});
