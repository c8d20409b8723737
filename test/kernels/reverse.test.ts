import fc from 'fast-check';
import t from 'tap';
import { reverseKernel } from '../../kernels/reverse/index.ts';
import { arraysOf, at, build, outputsOf, RUNS, shapes } from './indexing.ts';
import { mixed, requireSameBits } from './same-bits.ts';

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

t.test('wasm reverses rows of every length with the bits of the cpu', (t) => {
  for (const length of [0, 1, 2, 3, 4, 5, 8, 15, 16, 17, 33, 100]) {
    for (const axes of [[0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2]]) {
      requireSameBits(reverseKernel, [mixed([3, 2, length])], [[3, 2, length]], { axes });
      requireSameBits(reverseKernel, [mixed([length, 3, 2])], [[length, 3, 2]], { axes });
    }
  }
  t.end();
});
