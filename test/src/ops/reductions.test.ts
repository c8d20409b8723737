/** The variance, over each set of axes, from plain loops. */
import t from 'tap';
import { variance } from '../../../src/ops/index.ts';
import { tensor } from '../../../src/tensor/tensor.ts';
import { reduceReference } from './references.ts';

t.test('variance: the mean squared distance from the mean, over each set of axes', (t) => {
  const shape = [2, 4, 2, 4];
  // Whole numbers of which powers of two are averaged: every step is exact.
  const x = tensor(
    Float32Array.from({ length: 64 }, (_, index) => ((index * index) % 23) - 5),
    shape,
  );
  const average = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
  const spread = (values: readonly number[]): number => average(values.map((one) => (one - average(values)) ** 2));
  for (let set = 1; set < 2 ** shape.length; set++) {
    const axis = [...shape.keys()].filter((one) => (set >> one) % 2 === 1);
    const expected = reduceReference(x, axis, spread);
    const kept = shape.filter((_, one) => !axis.includes(one));
    t.strictSame(variance(x, { axis }).shape, kept);
    t.strictSame([...variance(x, { axis }).data], expected, `axes ${axis.join()}`);
    const stayed = variance(x, { axis: axis.map((one) => one - shape.length), keepDims: true });
    t.strictSame(
      stayed.shape,
      shape.map((size, one) => (axis.includes(one) ? 1 : size)),
    );
    t.strictSame([...stayed.data], expected, 'with axes from the end');
  }
  t.strictSame([...variance(x).data], reduceReference(x, [0, 1, 2, 3], spread), 'all axes by default');
  t.end();
});
