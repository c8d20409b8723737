/** Gradients where a function bends: there the laws of laws.test.ts do not reach, so each op says what it gives. */
import t from 'tap';
import * as ops from '../../../src/ops/index.ts';
import { grad } from '../../../src/tape/grad.ts';
import { tensor, type NestedArray, type Tensor } from '../../../src/tensor/tensor.ts';

const slopes = (f: (x: Tensor) => Tensor, x: NestedArray): NestedArray =>
  grad((one: Tensor) => ops.sum(f(one)))(tensor(x)).toArray();

t.test('maximum and minimum give each of two equals half', (t) => {
  for (const op of [ops.maximum, ops.minimum]) {
    const both = grad((a: Tensor, b: Tensor) => ops.sum(op(a, b)), { argnums: [0, 1] })(tensor([1, 2]), tensor([1, 2]));
    t.strictSame(
      both.map((one) => one.toArray()),
      [
        [0.5, 0.5],
        [0.5, 0.5],
      ],
    );
  }
  t.end();
});

t.test('max and min share the gradient among all equals', (t) => {
  t.strictSame(
    slopes((x) => ops.max(x), [3, 1, 3]),
    [0.5, 0, 0.5],
  );
  t.strictSame(
    slopes(
      (x) => ops.min(x, { axis: 1 }),
      [
        [2, 2, 2, 2],
        [5, 1, 3, 4],
      ],
    ),
    [
      [0.25, 0.25, 0.25, 0.25],
      [0, 1, 0, 0],
    ],
  );
  t.end();
});

t.test('clip lets the gradient pass on its bounds', (t) => {
  t.strictSame(
    slopes((x) => ops.clip(x, 0, 1), [-1, 0, 0.5, 1, 2]),
    [0, 1, 1, 1, 0],
  );
  t.end();
});

t.test('relu, abs and sign have slope 0 at 0; leakyRelu and elu have that of the left side', (t) => {
  for (const op of [ops.relu, ops.abs, ops.sign])
    t.strictSame(
      slopes((x) => op(x), [0]),
      [0],
    );
  t.strictSame(
    slopes((x) => ops.leakyRelu(x, { negativeSlope: 0.5 }), [0]),
    [0.5],
  );
  t.strictSame(
    slopes((x) => ops.elu(x, { alpha: 0.75 }), [0]),
    [0.75],
  );
  t.end();
});

t.test('elu and selu have finite first and second derivatives where e^x overflows', (t) => {
  for (const op of [(x: Tensor) => ops.elu(x), (x: Tensor) => ops.selu(x)]) {
    const second = grad((x: Tensor) => ops.sum(grad((y: Tensor) => ops.sum(op(y)))(x)))(tensor([1000, -1000]));
    t.strictSame(second.toArray(), [0, 0]);
  }
  t.end();
});

t.test('pow has slope 0 at the power 0, also of 0, and the exponent none where the base is not positive', (t) => {
  t.strictSame(
    slopes((x) => ops.pow(x, 0), [0, 2]),
    [0, 0],
  );
  t.strictSame(
    slopes((x) => ops.pow(x, tensor([0, 1, 2])), [0, 0, 0]),
    [0, 1, 0],
  );
  t.strictSame(
    slopes((b) => ops.pow(tensor([-2, 0, 1]), b), [2, 2, 2]),
    [0, 0, 0],
  );
  t.end();
});

t.test('prod is right where elements are 0', (t) => {
  t.strictSame(
    slopes((x) => ops.prod(x), [2, 0, 3]),
    [0, 6, 0],
  );
  t.strictSame(
    slopes((x) => ops.prod(x), [0, 0, 3]),
    [0, 0, 0],
  );
  t.end();
});

t.test('where does not let the branch that was not taken into the value', (t) => {
  t.strictSame(
    slopes((x) => ops.where(ops.greater(x, 0), ops.log(ops.where(ops.greater(x, 0), x, 1)), 0), [0, 2]),
    [0, 0.5],
  );
  t.end();
});

t.test('reductions over no elements: sums are 0, products 1, means NaN', (t) => {
  const empty = ops.reshape(tensor([]), [2, 0]);
  t.strictSame(ops.sum(empty, { axis: 1 }).toArray(), [0, 0]);
  t.strictSame(ops.prod(empty, { axis: 1 }).toArray(), [1, 1]);
  t.strictSame(ops.mean(empty, { axis: 1 }).toArray(), [NaN, NaN]);
  t.strictSame(ops.max(empty, { axis: 0 }).shape, [0], 'an empty axis that stays is no reason to refuse');
  t.strictSame(
    slopes((x) => ops.prod(x), []),
    [],
  );
  t.end();
});
