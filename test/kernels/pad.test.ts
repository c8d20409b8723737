import fc from 'fast-check';
import t from 'tap';
import { padKernel } from '../../kernels/pad/index.ts';
import { arraysOf, at, build, outputsOf, RUNS, shapes } from './indexing.ts';

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
