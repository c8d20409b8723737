/** Softmax and its logarithm along each axis, from plain loops in double. */
import t from 'tap';
import { logSoftmax, randomNormal, softmax } from '../../../src/ops/index.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';
import { runningOn } from '../../../src/testing/running-on.ts';
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

const ROUNDING = 2 ** -24;

/** Each element lies within as many roundings to float32 as `bounds` says of it. */
const close = (y: Tensor, expected: readonly number[], bounds: readonly number[]): boolean =>
  expected.every((value, index) => Math.abs((y.data[index] ?? NaN) - value) <= (bounds[index] ?? NaN) * ROUNDING);

/** The cpu works in double: what remains is one rounding to float32, of numbers up to `size`. */
const onCpu = (expected: readonly number[], size: number): readonly number[] => expected.map(() => size);

/**
 * The wasm kernels keep terms in float32 and add them in double. A term e^(x - max) has the rounding of x - max, which
 * e^ answers with |x - max| of its own roundings, and up to 1.03 units in the last place, each two roundings, of e^.
 */
const EXP = 2 * 1.03;
/** Of the logarithm of 1 + a sum: 2 units in the last place. */
const LOG1P = 2 * 2;
/** For what is left out here: products of two roundings, and the doubles of the reference. */
const SECOND_ORDER = 1 + 1e-5;

const below = (value: number, all: readonly number[]): number => Math.max(...all) - value;
/** Roundings of the sum of all terms, relative: the mean of those of the terms. */
const ofSum = (all: readonly number[]): number =>
  all.reduce((sum, value) => sum + Math.exp(value) * (below(value, all) + EXP), 0) / sumOfExp(all);

/** A term, the sum, its rounding to float32 and the division. */
const ofShare = (value: number, all: readonly number[]): number =>
  (SECOND_ORDER * Math.exp(value) * (below(value, all) + EXP + ofSum(all) + 2)) / sumOfExp(all);

/** x - max, the sum, its rounding to float32 without the term that is 1, its logarithm and the difference of both. */
const ofLogarithm = (value: number, all: readonly number[]): number => {
  const logarithm = Math.log(sumOfExp(all)) - Math.max(...all);
  const result = below(value, all) + logarithm;
  return SECOND_ORDER * (below(value, all) + ofSum(all) + 1 + LOG1P * logarithm + result);
};

for (const axis of [0, 1, 2]) {
  const share = alongAxis(axis, (value, all) => Math.exp(value) / sumOfExp(all));
  const logarithm = alongAxis(axis, (value, all) => value - Math.log(sumOfExp(all)));
  const bounds = {
    cpu: { share: onCpu(share, 1), logarithm: onCpu(logarithm, Math.max(...logarithm.map(Math.abs))) },
    wasm: { share: alongAxis(axis, ofShare), logarithm: alongAxis(axis, ofLogarithm) },
  };
  for (const device of ['cpu', 'wasm'] as const) {
    t.test(`softmax and logSoftmax along axis ${axis} of three, on ${device}`, (t) => {
      runningOn(device, () => {
        for (const one of [axis, axis - 3]) {
          t.ok(close(softmax(x, { axis: one }), share, bounds[device].share));
          t.ok(close(logSoftmax(x, { axis: one }), logarithm, bounds[device].logarithm));
        }
        if (axis === 2) t.ok(close(softmax(x), share, bounds[device].share), 'the last by default');
      });
      t.end();
    });
  }
}
