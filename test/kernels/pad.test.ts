import fc from 'fast-check';
import t from 'tap';
import { padKernel } from '../../kernels/pad/index.ts';
import { arraysOf, at, build, outputsOf, RUNS, shapes } from './indexing.ts';
import { mixed, requireSameBits } from './same-bits.ts';

t.test('x lies inside a field of the value', (t) => {
  const cases = shapes.chain((shape) =>
    fc.tuple(arraysOf(shape), fc.tuple(...shape.map(() => fc.tuple(fc.nat(2), fc.nat(2)))), fc.integer()),
  );
  fc.assert(
    fc.property(cases, ([x, margins, number]) => {
      const value = Math.fround(number);
      const before = margins.map(([first]) => first);
      const shape = x.shape.map((length, axis) => length + margins[axis]![0] + margins[axis]![1]);
      const expected = build(shape, (index) => {
        const element = at(
          x,
          index.map((i, axis) => i - before[axis]!),
        );
        return element === element ? element : value;
      });
      t.same(outputsOf(padKernel, [x], [shape], { before, value }), [expected.data]);
    }),
    RUNS,
  );
  t.end();
});

t.test('wasm pads rows of every length with the bits of the cpu', (t) => {
  for (const length of [0, 1, 2, 3, 4, 5, 8, 15, 16, 17, 33, 100]) {
    for (const [first, last] of [
      [0, 0],
      [1, 0],
      [0, 3],
      [2, 5],
      [17, 20],
    ] as const) {
      const padded = length + first + last;
      const check = (shape: number[], out: number[], before: number[]): void => {
        requireSameBits(padKernel, [mixed(shape)], [out], { before, value: -1.5 });
      };
      check([length], [padded], [first]);
      check([3, length], [3, padded], [0, first]);
      check([length, 3], [padded, 3], [first, 0]);
      check([2, length, length, 3], [2, padded, padded, 3], [0, first, first, 0]);
      check([2, 3, length], [5, 4, padded], [1, 1, first]);
    }
  }
  requireSameBits(padKernel, [mixed([2, 3])], [[3, 4]], { before: [1, 0], value: NaN });
  requireSameBits(padKernel, [mixed([])], [[]], { before: [], value: 1 });
  t.end();
});
