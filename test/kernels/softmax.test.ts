import fc from 'fast-check';
import t, { type Test } from 'tap';
import {
  logSoftmaxGradKernel,
  logSoftmaxKernel,
  softmaxGradKernel,
  softmaxKernel,
} from '../../kernels/softmax/index.ts';
import { type NestedArray, outputsOf, RUNS } from './indexing.ts';

// A probability is at most 1 and its relative error counts the roundings of a row: n terms, and 8 for both sides' exp, sum
// and division. Logarithms of probabilities are below 8 + ln 5 < 10 in size here, and err by as many units of that size.
const tolerance = (length: number): number => (length + 8) * 2 ** -53;
const LARGEST_LOG = 10;

const rows: fc.Arbitrary<NestedArray> = fc
  .tuple(fc.nat(3), fc.integer({ min: 1, max: 5 }))
  .chain(([count, length]) =>
    fc
      .array(fc.integer({ min: -4, max: 4 }), { minLength: count * length, maxLength: count * length })
      .map((data) => ({ shape: [count, length], data })),
  );

function run(kernel: typeof softmaxKernel, inputs: NestedArray[]): number[] {
  return outputsOf(kernel, inputs, [inputs[0]!.shape], undefined, Float64Array)[0]!;
}

/** The rows of an array, one function applied to each. */
function byRow(x: NestedArray, f: (row: number[], from: number) => number[]): number[] {
  const [count, length] = x.shape as [number, number];
  return Array.from({ length: count }, (_, r) => f(x.data.slice(r * length, (r + 1) * length), r * length)).flat();
}

function near(t: Test, actual: number[], expected: number[], bound: number): void {
  t.equal(actual.length, expected.length);
  actual.forEach((value, i) => {
    if (!(Math.abs(value - expected[i]!) <= bound)) t.fail(`${value} is not ${expected[i]} within ${bound}`);
  });
}

t.test('softmax is e^x over the sum of e^x, and logSoftmax its logarithm', (t) => {
  fc.assert(
    fc.property(rows, (x) => {
      const expected = byRow(x, (row) => {
        const sum = row.reduce((total, value) => total + Math.exp(value), 0);
        return row.map((value) => Math.exp(value) / sum);
      });
      const bound = tolerance(x.shape[1]!);
      near(t, run(softmaxKernel, [x]), expected, bound);
      near(t, run(logSoftmaxKernel, [x]), expected.map(Math.log), LARGEST_LOG * bound);
    }),
    RUNS,
  );
  t.end();
});

t.test('equal elements share exactly, and adding a constant changes no bit', (t) => {
  const x = { shape: [2, 4], data: [7, 7, 7, 7, 1000, 1001, 1002, 1003] };
  const shifted = { shape: [2, 4], data: [0, 0, 0, 0, -3, -2, -1, 0] };
  t.same(run(softmaxKernel, [x]).slice(0, 4), [0.25, 0.25, 0.25, 0.25]);
  t.same(run(softmaxKernel, [x]), run(softmaxKernel, [shifted]));
  t.same(run(logSoftmaxKernel, [x]), run(logSoftmaxKernel, [shifted]));
  t.end();
});

t.test('masked elements get probability 0; NaN fills its own row only', (t) => {
  const x = { shape: [2, 2], data: [-Infinity, 3, NaN, 1] };
  t.same(run(softmaxKernel, [x]), [0, 1, NaN, NaN]);
  t.same(run(logSoftmaxKernel, [x]), [-Infinity, 0, NaN, NaN]);
  t.end();
});

t.test('the gradients follow their formulas, exactly on integers', (t) => {
  const pairs = rows.chain((y) =>
    fc.tuple(
      fc.constant(y),
      fc
        .array(fc.integer({ min: -4, max: 4 }), { minLength: y.data.length, maxLength: y.data.length })
        .map((data) => ({ shape: y.shape, data })),
    ),
  );
  fc.assert(
    fc.property(pairs, ([y, dy]) => {
      const softmaxGrad = byRow(y, (row, from) => {
        const dot = row.reduce((sum, value, i) => sum + value * dy.data[from + i]!, 0);
        return row.map((value, i) => value * (dy.data[from + i]! - dot));
      });
      t.same(
        run(softmaxGradKernel, [y, dy]).map((v) => v + 0),
        softmaxGrad.map((v) => v + 0),
      );

      // e^0 = 1 keeps log-softmax's gradient exact.
      const zeros = { shape: y.shape, data: y.data.map(() => 0) };
      const logGrad = byRow(dy, (row) => row.map((value) => value - row.reduce((sum, other) => sum + other, 0)));
      t.same(
        run(logSoftmaxGradKernel, [zeros, dy]).map((v) => v + 0),
        logGrad.map((v) => v + 0),
      );
    }),
    RUNS,
  );
  const y = { shape: [1, 2], data: [Math.log(0.25), Math.log(0.75)] };
  near(t, run(logSoftmaxGradKernel, [y, { shape: [1, 2], data: [1, 0] }]), [0.75, -0.75], tolerance(2));
  t.end();
});
