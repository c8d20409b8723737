/** Softmax and its logarithm along each axis, from plain loops in double. */
import t from 'tap';
import { logSoftmax, randomNormal, softmax } from '../../../src/ops/index.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';
import { allIndices } from './references.ts';

const x = randomNormal([2, 3, 4], { stddev: 3, seed: 1 });

/** `f` of each element and all elements along its axis. */
function alongAxis(axis: number, f: (value: number, all: readonly number[]) => number): number[] {
  return allIndices(x.shape).map((index) =>
    f(
      x.at(...index),
      Array.from({ length: x.shape[axis] ?? 0 }, (_, position) => x.at(...index.with(axis, position))),
    ),
  );
}

const sumOfExp = (values: readonly number[]): number => values.reduce((sum, value) => sum + Math.exp(value), 0);

/** The kernels work in double: what remains is one rounding to float32, of numbers up to `size`. */
const close = (y: Tensor, expected: readonly number[], size: number): boolean =>
  expected.every((value, index) => Math.abs((y.data[index] ?? NaN) - value) <= size * 2 ** -24);

for (const axis of [0, 1, 2]) {
  t.test(`softmax and logSoftmax along axis ${axis} of three`, (t) => {
    const share = alongAxis(axis, (value, all) => Math.exp(value) / sumOfExp(all));
    const logarithm = alongAxis(axis, (value, all) => value - Math.log(sumOfExp(all)));
    const largest = Math.max(...logarithm.map(Math.abs));
    for (const one of [axis, axis - 3]) {
      t.ok(close(softmax(x, { axis: one }), share, 1));
      t.ok(close(logSoftmax(x, { axis: one }), logarithm, largest));
    }
    if (axis === 2) t.ok(close(softmax(x), share, 1), 'the last by default');
    t.end();
  });
}
