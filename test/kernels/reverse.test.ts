import fc from 'fast-check';
import t from 'tap';
import { reverseKernel } from '../../kernels/reverse/index.ts';
import { arraysOf, at, build, outputsOf, RUNS, shapes } from './indexing.ts';

t.test('reversed axes are read from their end, the others as they are', (t) => {
  const cases = shapes.chain((shape) => fc.tuple(arraysOf(shape), fc.subarray([...shape.keys()])));
  fc.assert(
    fc.property(cases, ([x, axes]) => {
      const expected = build(x.shape, (index) =>
        at(
          x,
          index.map((i, axis) => (axes.includes(axis) ? x.shape[axis]! - 1 - i : i)),
        ),
      );
      t.same(outputsOf(reverseKernel, [x], [x.shape], { axes }), [expected.data]);
    }),
    RUNS,
  );
  t.end();
});
