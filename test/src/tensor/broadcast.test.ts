/** Broadcasting and axis numbers. */
import fc from 'fast-check';
import t from 'tap';
import { ShapeError } from '../../../src/errors.ts';
import { broadcastAxes, broadcastShapes, normalizeAxes, normalizeAxis } from '../../../src/tensor/broadcast.ts';
import { broadcastableShapes } from '../../../src/testing/arbitraries/tensors.ts';

t.test('sizes of 1 and missing leading axes stretch', (t) => {
  t.strictSame(broadcastShapes('add', [[2, 1, 3], [4, 1], []]), [2, 4, 3]);
  t.strictSame(broadcastShapes('add', [[1], [0]]), [0], 'also to nothing');
  t.strictSame(broadcastShapes('add', []), []);
  t.end();
});

t.test('other sizes are refused with the axis, counted from the end, and both sizes', (t) => {
  const broadcast = () => broadcastShapes('add', [[2, 3], [4, 3, 3], [3]]);
  t.throws(broadcast, {
    name: 'ShapeError',
    message:
      'add: the shapes [2, 3] and [4, 3, 3] and [3] do not broadcast: axis -2 has sizes 2 and 3. Sizes must be equal or 1, counted from the last axis.',
  });
  t.throws(() => broadcastShapes('add', [[0], [2]]), ShapeError, 'no elements do not stretch');
  t.end();
});

t.test('the stretched axes are those that a gradient is summed over', (t) => {
  t.strictSame(broadcastAxes([1, 3], [2, 4, 3]), [0, 1]);
  t.strictSame(broadcastAxes([1, 3], [1, 3]), [], 'a size of 1 that stays is not stretched');
  t.strictSame(broadcastAxes([], [2, 2]), [0, 1]);
  t.end();
});

t.test('broadcasting has no order, and its result broadcasts to itself', (t) => {
  const property = fc.property(broadcastableShapes(3, { minSize: 0 }), (shapes) => {
    const result = broadcastShapes('test', shapes);
    t.strictSame(broadcastShapes('test', shapes.toReversed()), result);
    t.strictSame(broadcastShapes('test', [result, ...shapes]), result);
  });
  fc.assert(property, { seed: 42 });
  t.end();
});

t.test('negative axes count from the end; others out of range are refused', (t) => {
  t.equal(normalizeAxis('sum', -1, 3), 2);
  t.equal(normalizeAxis('sum', 2, 3), 2);
  for (const axis of [3, -4, 0.5, NaN]) {
    t.throws(() => normalizeAxis('sum', axis, 3), {
      name: 'ArgumentError',
      message: `sum: axis ${axis} is out of range for rank 3. Use an integer from -3 to 2.`,
    });
  }
  t.end();
});

t.test('lists of axes come back sorted, all of them by default, and none twice', (t) => {
  t.strictSame(normalizeAxes('sum', [-1, 0], 3), [0, 2]);
  t.strictSame(normalizeAxes('sum', undefined, 3), [0, 1, 2]);
  t.strictSame(normalizeAxes('sum', [], 3), []);
  t.throws(() => normalizeAxes('sum', [2, -1], 3), {
    name: 'ArgumentError',
    message: 'sum: the axes [2, 2] name one axis twice.',
  });
  t.end();
});
