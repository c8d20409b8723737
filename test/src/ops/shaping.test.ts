/** The shapes that flatten, squeeze and expandDims give; values stay in their order. */
import t, { type Test } from 'tap';
import { expandDims, flatten, squeeze } from '../../../src/ops/index.ts';
import type { Shape } from '../../../src/tensor/shape.ts';
import { tensor, type Tensor } from '../../../src/tensor/tensor.ts';

const counted = (shape: Shape): Tensor => {
  const size = shape.reduce((product, length) => product * length, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, index) => index),
    shape,
  );
};

function check(t: Test, y: Tensor, shape: Shape): void {
  t.strictSame(y.shape, shape);
  t.strictSame([...y.data], [...counted(shape).data]);
}

t.test('flatten folds the axes from the start axis on, and keeps those before it apart', (t) => {
  const x = counted([2, 3, 4, 5]);
  check(t, flatten(x), [2, 60]);
  check(t, flatten(x, { startAxis: 0 }), [120]);
  check(t, flatten(x, { startAxis: 1 }), [2, 60]);
  check(t, flatten(x, { startAxis: 2 }), [2, 3, 20]);
  check(t, flatten(x, { startAxis: 3 }), [2, 3, 4, 5]);
  check(t, flatten(x, { startAxis: 4 }), [2, 3, 4, 5, 1]);
  t.end();
});

t.test('squeeze drops the axes that are named, or all of size 1', (t) => {
  const x = counted([1, 3, 1, 1, 2]);
  check(t, squeeze(x), [3, 2]);
  check(t, squeeze(x, { axis: 2 }), [1, 3, 1, 2]);
  check(t, squeeze(x, { axis: [0, 3] }), [3, 1, 2]);
  check(t, squeeze(x, { axis: [-2, -5] }), [3, 1, 2]);
  check(t, squeeze(x, { axis: [0, 2, 3] }), [3, 2]);
  check(t, squeeze(counted([1, 1])), []);
  t.end();
});

t.test('expandDims puts an axis of size 1 at its place in the result, the first by default', (t) => {
  const x = counted([2, 3]);
  check(t, expandDims(x), [1, 2, 3]);
  check(t, expandDims(x, 0), [1, 2, 3]);
  check(t, expandDims(x, 1), [2, 1, 3]);
  check(t, expandDims(x, 2), [2, 3, 1]);
  check(t, expandDims(x, -1), [2, 3, 1]);
  check(t, expandDims(x, -2), [2, 1, 3]);
  check(t, expandDims(x, -3), [1, 2, 3]);
  t.end();
});
