/** Where the parts of a tensor stand when it is cut, and that joining them gives it back. */
import t from 'tap';
import { concat, split } from '../../../src/ops/index.ts';
import { tensor, type Tensor } from '../../../src/tensor/tensor.ts';
import { allIndices } from './references.ts';

const shape = [4, 6, 2];
const x = tensor(
  Float32Array.from({ length: 48 }, (_, index) => index),
  shape,
);

/** The elements of x whose index along an axis lies in a range. */
const elements = (axis: number, from: number, size: number): number[] =>
  allIndices(shape)
    .filter((index) => (index[axis] ?? NaN) >= from && (index[axis] ?? NaN) < from + size)
    .map((index) => x.at(...index));
const values = (one: Tensor): number[] => [...one.data];

t.test('split: each part begins where the ones before it end, and concat takes them back', (t) => {
  const cuts: readonly (readonly [axis: number, sizes: readonly number[]])[] = [
    [0, [1, 1, 1, 1]],
    [0, [3, 1]],
    [1, [1, 2, 3]],
    [1, [2, 0, 1, 3]],
    [2, [1, 1]],
  ];
  for (const [axis, sizes] of cuts) {
    for (const given of [axis, axis - 3]) {
      const parts = split(x, sizes, { axis: given });
      let from = 0;
      const expected = sizes.map((size) => elements(axis, (from += size) - size, size));
      t.strictSame(parts.map(values), expected, `axis ${given} in ${sizes.join()}`);
      t.strictSame(
        parts.map((part) => part.shape),
        sizes.map((size) => shape.with(axis, size)),
      );
      t.strictSame(values(concat(parts, { axis: given })), values(x));
    }
  }
  t.end();
});

t.test('split: a number makes that many equal parts, of the first axis by default', (t) => {
  const thirds = split(x, 3, { axis: 1 });
  t.strictSame(thirds.map(values), [elements(1, 0, 2), elements(1, 2, 2), elements(1, 4, 2)]);
  t.strictSame(split(x, 2).map(values), [elements(0, 0, 2), elements(0, 2, 2)]);
  t.end();
});
